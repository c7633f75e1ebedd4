import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FakeCluster, fakeCluster, processNode, runningPod } from '../emulator/server/streams/fake-node.ts';
import { withKubectl } from '../support/kubectl.ts';
import { eventually } from '../support/program.ts';

interface Ran {
  stdout: Buffer;
  stderr: string;
  code: number | null;
}

/** The server's streams, with processes of this machine behind them, for WebSocket clients and those before. */
withKubectl('the real kubectl streams', (kubectl) => {
  const home = mkdtempSync(join(tmpdir(), 'kctl-kubectl-'));
  const kubeconfig = join(home, 'kubeconfig');
  let cluster: FakeCluster;
  let web: Server;

  beforeAll(async () => {
    web = createServer((request, answer) => answer.end(`you asked for ${request.url}`));
    await new Promise<void>((done) => web.listen(0, '127.0.0.1', done));
    const { port } = web.address() as { port: number };
    const pod = runningPod('web');
    pod['spec'].containers[0].ports = [{ containerPort: 80 }];
    cluster = await fakeCluster({ ...processNode, connect: async () => connect(port, '127.0.0.1') }, { pods: [pod] });
    writeFileSync(kubeconfig, cluster.kubeconfig, { mode: 0o600 });
  });
  afterAll(async () => {
    await cluster.stop();
    web.closeAllConnections();
    web.close();
    rmSync(home, { recursive: true, force: true });
  });

  const start = (args: readonly string[], env: Record<string, string> = {}) =>
    spawn(kubectl, [...args], {
      env: { PATH: process.env.PATH ?? '', HOME: home, KUBECONFIG: kubeconfig, ...env },
      cwd: home,
    });
  const run = (args: readonly string[], input: Buffer | string = '', env: Record<string, string> = {}): Promise<Ran> =>
    new Promise((resolve, reject) => {
      const child = start(args, env);
      const out: Buffer[] = [];
      let stderr = '';
      child.stdout.on('data', (data) => out.push(data));
      child.stderr.on('data', (data) => {
        stderr += data;
      });
      child.stdin.on('error', () => {});
      child.on('error', reject);
      child.on('close', (code) => resolve({ stdout: Buffer.concat(out), stderr, code }));
      child.stdin.end(input);
    });

  describe.each([
    ['over WebSocket', {}],
    ['over SPDY', { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }],
  ] as const)('%s', (_name, env) => {
    const k = (args: readonly string[], input: Buffer | string = '') => run(args, input, env);

    test('exec: output, errors, exit codes and input', async () => {
      const both = await k(['exec', 'web', '--', 'sh', '-c', 'echo out; echo err >&2']);
      expect({ ...both, stdout: String(both.stdout) }).toEqual({ stdout: 'out\n', stderr: 'err\n', code: 0 });
      expect(await k(['exec', 'web', '--', 'sh', '-c', 'exit 42'])).toMatchObject({
        code: 42,
        stderr: 'command terminated with exit code 42\n',
      });
      expect((await k(['exec', '--v=4', 'web', '--', 'true'])).stderr).not.toMatch(/fallback/i);
      const counted = await k(['exec', '-i', 'web', '--', 'wc', '-c'], 'four');
      expect(String(counted.stdout).trim()).toBe('4');
      const missing = await k(['exec', 'web', '--', 'no-such-program']);
      expect(missing.code).toBe(1);
      expect(missing.stderr).toContain('error executing command in container: spawn no-such-program ENOENT');
      expect((await k(['exec', 'nobody', '--', 'true'])).stderr).toBe(
        'Error from server (NotFound): pods "nobody" not found\n',
      );
    });

    test('big pipes in both directions at once', async () => {
      const input = Buffer.alloc(20_000_000, 'all the same bytes would hide a loss ');
      for (let at = 0; at < input.length; at += 4096) input.writeUInt32LE(at, at);
      const { stdout, code } = await k(['exec', '-i', 'web', '--', 'cat'], input);
      const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
      expect([code, stdout.length, hash(stdout)]).toEqual([0, input.length, hash(input)]);
    });

    test('a command that ends early ends the input', async () => {
      const { stdout, code } = await k(['exec', '-i', 'web', '--', 'head', '-c', '5'], Buffer.alloc(3_000_000, 'x'));
      expect([String(stdout), code]).toEqual(['xxxxx', 0]);
    });

    test('attach', async () => {
      const { stdout } = await k(['attach', '-i', 'web', '--quiet'], 'said to it\n');
      expect(String(stdout)).toBe('said to it\n');
    });

    test('cp both ways', async () => {
      const there = mkdtempSync(join(home, 'there-'));
      const content = Buffer.alloc(10_000_000, 'some content of a file, ');
      writeFileSync(join(home, 'content'), content);
      expect(await k(['cp', 'content', `web:${there}/copy`])).toMatchObject({ code: 0, stderr: '' });
      expect(readFileSync(join(there, 'copy')).equals(content)).toBe(true);
      mkdirSync(join(there, 'folder'));
      writeFileSync(join(there, 'folder', 'note'), 'a note');
      expect((await k(['cp', `web:${there}/folder`, `${there}/back`])).code).toBe(0);
      expect(readFileSync(join(there, 'back', 'note'), 'utf8')).toBe('a note');
      expect((await k(['cp', `web:${there}/copy`, `${there}/again`])).code).toBe(0);
      expect(readFileSync(join(there, 'again')).equals(content)).toBe(true);
    });

    test('port-forward', async () => {
      const child = start(['port-forward', 'pod/web', ':80', '--v=4'], env);
      let noted = '';
      child.stderr.on('data', (data) => {
        noted += data;
      });
      try {
        let said = '';
        child.stdout.on('data', (data) => {
          said += data;
        });
        const port = await eventually(() => /127\.0\.0\.1:(\d+)/.exec(said)?.[1], 'the forward');
        const answers = await Promise.all(
          Array.from({ length: 10 }, async (_, at) => (await fetch(`http://127.0.0.1:${port}/${at}`)).text()),
        );
        expect(answers).toEqual(Array.from({ length: 10 }, (_, at) => `you asked for /${at}`));
        // kubectl takes SPDY without a word where its WebSocket is refused.
        expect(noted).not.toMatch(/fallback/i);
      } finally {
        child.kill();
      }
    });
  });

  test('proxy, and what lies behind it', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    expect(String((await run(['get', '--raw', `${pods}/web/proxy/x?y=z`])).stdout)).toBe('you asked for /x?y=z');
    const child = start(['proxy', '--port=0', '--reject-methods=^$']);
    try {
      let said = '';
      child.stdout.on('data', (data) => {
        said += data;
      });
      const address = await eventually(() => /on (127\.0\.0\.1:\d+)/.exec(said)?.[1], 'the proxy');
      const answer = await fetch(`http://${address}${pods}/web:80/proxy/over/there`, { method: 'POST', body: 'x' });
      expect(await answer.text()).toBe('you asked for /over/there');
      const moved = await fetch(`http://${address}${pods}/web:80/proxy`, { redirect: 'manual' });
      expect([moved.status, moved.headers.get('location')]).toEqual([301, `${pods}/web:80/proxy/`]);
    } finally {
      child.kill();
    }
  });
});
