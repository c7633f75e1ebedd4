import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hostAbility } from '../../../src/oci/rootfs/ability.ts';
import { programPath } from '../../../src/oci/rootfs/host-tools.ts';
import { baseFiles, busybox, tarOf } from '../../oci/rootfs/images.ts';
import { eventually } from '../../support/program.ts';
import { type Home, inHome } from '../image/in-home.ts';

let home: Home;
beforeEach(async () => {
  home = inHome();
  mkdirSync(join(home.path, 'app'));
  if (busybox !== undefined) await home.run(['image', 'import', '-', 'base:1'], { stdin: await tarOf(baseFiles()) });
});
afterEach(() => home.dispose());

async function cannot(): Promise<string | undefined> {
  if (busybox === undefined) return 'this machine has no static busybox (apt-get install busybox-static)';
  const { runtime, reason } = (await hostAbility(join(home.store.path, 'live'))).public;
  return runtime === undefined ? reason : undefined;
}

const hasSsh = ['ssh-agent', 'ssh-add', 'ssh-keygen'].every((name) => programPath(name) !== undefined);

const build = (lines: string, ...flags: string[]) => {
  writeFileSync(join(home.path, 'app/Dockerfile'), `FROM base:1\n${lines}\n`);
  return home.run(['build', '--progress=plain', '-t', 'made', ...flags, 'app']);
};

const inImage = async (path: string) => (await home.run(['image', 'cat', 'made', path])).stdout;

function makeKey(name: string, passphrase = ''): string {
  const file = join(home.path, name);
  const made = spawnSync(programPath('ssh-keygen')!, ['-q', '-t', 'ed25519', '-N', passphrase, '-C', name, '-f', file]);
  expect(made.status).toBe(0);
  return readFileSync(`${file}.pub`, 'utf8').split(' ')[1]!;
}

/** The question which keys there are (SSH_AGENTC_REQUEST_IDENTITIES), or to remove them all, asked of the socket by what the machine has. */
const ask = (flag: string) => ['/usr/bin/ssh-add', flag];
/** The machine's own programs, so that there is something that speaks to an agent. */
const machine = ['usr', 'lib', 'lib64'].filter((name) => existsSync(`/${name}`));

describe('RUN --mount=type=ssh', () => {
  test('a key of a file is had by an agent of the build, which ends with it', async ({ skip }) => {
    const why = (await cannot()) ?? (hasSsh ? undefined : 'this machine has no OpenSSH');
    if (why !== undefined) skip(why);
    makeKey('key');
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('kctl-ssh-'));
    const look = 'stat -c "%a %u" $SSH_AUTH_SOCK; echo $SSH_AUTH_SOCK; [ -S "$SSH_AUTH_SOCK" ] && echo socket';
    const lines = `RUN --mount=type=ssh,required sh -c '${look}' > /seen`;
    const { code, stderr } = await build(lines, '--ssh', 'default=key');
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    expect(await inImage('/seen')).toBe('600 0\n/run/buildkit/ssh_agent.0\nsocket\n');
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('kctl-ssh-'))).toEqual(before);
    // Who answers is no part of the key.
    makeKey('other');
    expect((await build(lines, '--ssh', 'default=other')).stderr).toContain('CACHED');
    const named =
      'RUN --mount=type=ssh,id=two,target=/agent,mode=0666,uid=7 [ "$SSH_AUTH_SOCK" = /agent ] && stat -c %a:%u /agent > /seen';
    expect((await build(named, '--ssh', 'two=key,other')).code).toBe(0);
    expect(await inImage('/seen')).toBe('666:7\n');
  });

  test('what cannot be given is said', async ({ skip }) => {
    if (!hasSsh) skip('this machine has no OpenSSH');
    makeKey('locked', 'secret');
    makeKey('key');
    const said = async (flag: string) => (await build('RUN --mount=type=ssh,required true', '--ssh', flag)).stderr;
    expect(await said('default=locked')).toContain('ssh: this private key is passphrase protected');
    expect(await said('default=key.pub')).toContain('failed to parse key.pub: ssh: no key found');
    expect(await said('default=nope')).toContain('stat nope: no such file or directory');
    expect(await said('default')).toContain('make sure SSH_AUTH_SOCK is set');
    expect(await said('other=key')).toContain('no SSH key "default" forwarded from the client');
  });
});

describe('what RUN may have', () => {
  test('more than others only where it is allowed', async ({ skip }) => {
    const why = await cannot();
    if (why !== undefined) skip(why);
    const insecure = 'RUN --security=insecure mount -t tmpfs none /tmp && grep CapBnd /proc/self/status > /caps';
    const refused = await build(insecure);
    expect(refused.stderr).toContain('ERROR: failed to solve: security.insecure is not allowed');
    expect((await build(insecure, '--allow', 'security.insecure')).code).toBe(0);
    expect(await inImage('/caps')).toMatch(/^CapBnd:\t000001ff/);
    const host = 'RUN --network=host true';
    expect((await build(host)).stderr).toContain('network.host is not allowed');
    expect((await build(host, '--allow', 'network.host')).code).toBe(0);
    expect((await build(host, '--network', 'host')).code).toBe(0);
    expect((await build(host, '--allow', 'everything')).stderr).toContain('unknown entitlement everything');
    expect((await build(host, '--check')).stdout).toContain('no warnings found');
  });

  test('caches begin with files of a stage, bind mounts may be written to, and secrets are variables', async ({
    skip,
  }) => {
    const why = await cannot();
    if (why !== undefined) skip(why);
    const seed = 'RUN mkdir /seed && echo one > /seed/a && chown -R 12:34 /seed\nFROM base:1';
    const cache = '--mount=type=cache,id=c,target=/cache,from=0,source=/seed';
    const bind = '--mount=type=bind,from=0,source=/seed,target=/bound,rw';
    const lines = (n: number) =>
      `${seed}\nRUN ${cache} ${bind} echo ${n} > /bound/b; ls /bound /cache > /seen; stat -c %u:%g /cache/a /bound/a >> /seen; touch /cache/${n}`;
    expect((await build(lines(1))).stderr).not.toContain('ERROR');
    expect(await inImage('/seen')).toMatch(/^\/bound:\na\nb\n\n\/cache:\na\n(12:34|0:0)\n\1\n$/);
    await build(lines(2));
    // What was written to the cache is kept, and what was written to the mount is not.
    expect(await inImage('/seen')).toMatch(/^\/bound:\na\nb\n\n\/cache:\n1\na\n/);
    const secret = 'RUN --mount=type=secret,id=s,env=TOKEN,required sh -c "[ \\"$TOKEN\\" = hush ]"';
    writeFileSync(join(home.path, 'hush'), 'hush');
    expect((await build(secret, '--secret', 'id=s,src=hush')).code).toBe(0);
    expect((await build(secret, '--no-cache')).stderr).toContain('secret s: not found');
  });
});

test('an agent answers which keys there are and signs; it is not emptied', async ({ skip }) => {
  const why = (await cannot()) ?? (hasSsh ? undefined : 'this machine has no OpenSSH');
  if (why !== undefined) skip(why);
  const { openRootFilesystems } = await import('../../../src/oci/rootfs/open-root-filesystems.ts');
  const { SshAgents } = await import('../../../src/oci/build/ssh/ssh-agents.ts');
  const { putLayer } = await import('../../oci/rootfs/images.ts');
  makeKey('key');
  const keys = [{ name: 'key', content: readFileSync(join(home.path, 'key')) }];
  await using agents = new SshAgents(new Map([['default', { keys }]]));
  await using lease = home.store.lease('test');
  const roots = await openRootFilesystems(home.store);
  await using root = await roots.open([await putLayer(lease, baseFiles())]);
  const connect = (await agents.find('default'))!;
  expect(await agents.find('other')).toBeUndefined();
  const run = async (argv: string[]) => {
    let out = '';
    const { code } = await root.run(
      {
        ...{ argv, env: ['SSH_AUTH_SOCK=/agent', 'HOME=/tmp'], cwd: '/', user: '', network: 'none' },
        mounts: [
          ...machine.map((name) => ({ type: 'bind' as const, source: `/${name}`, target: `/${name}`, readOnly: true })),
          { type: 'bind', source: join(home.path, 'key.pub'), target: '/key.pub', readOnly: true },
          { type: 'socket', connect, target: '/agent', mode: 0o600, uid: 0, gid: 0 },
        ],
      },
      {
        signal: AbortSignal.timeout(30_000),
        output: (chunk) => {
          out += Buffer.from(chunk);
        },
      },
    );
    return { code, out };
  };
  const listed = await run(ask('-l'));
  expect(listed).toEqual({ code: 0, out: expect.stringContaining('key (ED25519)') });
  expect(await run(ask('-D'))).toEqual({ code: 1, out: expect.stringContaining('Failed to remove all identities') });
  expect(await run(ask('-l'))).toEqual(listed);
  const signed = await run(['/usr/bin/ssh-keygen', '-Y', 'sign', '-n', 'test', '-f', '/key.pub', '/etc/group']);
  expect(signed).toEqual({ code: 0, out: expect.stringContaining('Write signature') });
});

test('kill -9 ends an agent and takes its files away', async ({ skip }) => {
  if (!hasSsh) skip('this machine has no OpenSSH');
  makeKey('key');
  const module = join(import.meta.dirname, '../../../src/oci/build/ssh/own-agent.ts');
  const script = `import { readFileSync } from 'node:fs';
    const { startOwnAgent } = await import(${JSON.stringify(module)});
    const agent = await startOwnAgent([{ name: 'key', content: readFileSync('key') }]);
    process.stdout.write(agent.socket); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    ...{ cwd: home.path, stdio: ['ignore', 'pipe', 'inherit'] },
  });
  const [socket] = (await once(child.stdout!, 'data')).map(String);
  expect(existsSync(socket!)).toBe(true);
  child.kill('SIGKILL');
  await eventually(() => !existsSync(join(socket!, '..')), 'the end of the agent');
});

test('KCTL_RUNTIME chooses for builds and containers; users have the same groups', async ({ skip }) => {
  const why = (await cannot()) ?? (programPath('crun') ? undefined : 'there is no crun here');
  if (why !== undefined) skip(why);
  for (const [runtime, mode] of Object.entries({ unshare: '0', crun: '2' })) {
    home.env.KCTL_RUNTIME = runtime;
    expect((await build('RUN grep Seccomp: /proc/self/status > /filter', '--no-cache')).code).toBe(0);
    expect(await inImage('/filter')).toBe(`Seccomp:\t${mode}\n`);
    if ((await hostAbility(join(home.store.path, 'live'))).public.ids === 'own') continue;
    const idOf = async (user: string) =>
      (await home.run(['container', 'run', '--rm', '-u', user, 'base:1', '--', 'id'])).stdout;
    expect(await idOf('app')).toBe('uid=1000(app) gid=100(users) groups=10(wheel),100(users)\n');
    expect(await idOf('app:wheel')).toBe('uid=1000(app) gid=10(wheel) groups=10(wheel)\n');
  }
  home.env.KCTL_RUNTIME = 'docker';
  expect((await build('RUN true', '--no-cache')).stderr).toContain('KCTL_RUNTIME must be one of unshare, crun, runc');
});

test('what a step prints comes in its order', async ({ skip }) => {
  const why = await cannot();
  if (why !== undefined) skip(why);
  const { stderr } = await build('RUN for i in 1 2 3 4 5; do echo out$i; echo err$i >&2; done; exit 3');
  const lines = [...stderr.matchAll(/^#\d+ \d+\.\d+ (\w+)$/gm)].map(([, line]) => line);
  expect(lines.join(' ')).toBe('out1 err1 out2 err2 out3 err3 out4 err4 out5 err5');
});
