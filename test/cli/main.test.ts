import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { editDistance } from '../../src/lib/nearest-name.ts';
import { run } from '../commands/fake-cluster.ts';

/** An output that fails at the first write, as a closed pipe or a full disk does. */
function failing(code: string): Writable {
  return new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error(code), { code }));
    },
  });
}

async function versionTo(stdout: Writable) {
  let stderr = '';
  const collect = new Writable({
    write(chunk, _encoding, done) {
      stderr += chunk;
      done();
    },
  });
  const io = { stdin: Readable.from([]), stdout, stderr: collect, env: {}, cwd: '.' };
  return { code: await main(['version', '--client'], io, 'kctl'), stderr };
}

test('a reader that leaves is no error', async () => {
  expect(await versionTo(failing('EPIPE'))).toEqual({ code: 0, stderr: '' });
});

test('a full disk is one line', async () => {
  expect(await versionTo(failing('ENOSPC'))).toEqual({
    code: 1,
    stderr: 'error: cannot write to the standard output: no space left on device\n',
  });
});

test('a group names every word that followed it, and no flags, as kubectl does', async () => {
  const { stderr } = await run(['rollout', 'nope', '-n', 'shop', 'deploy/web', '--v=0', 'x']);
  expect(stderr).toBe('error: unknown command "nope deploy/web x"\nSee \'kubectl rollout -h\' for help and examples\n');
});

test('global flags may stand before the verb', async () => {
  const { stderr } = await run(['-n', 'get', '--context=x', 'config', 'nope']);
  expect(stderr).toBe('error: unknown command "nope"\nSee \'kubectl config -h\' for help and examples\n');
});

test('--match-server-version refuses another version', async () => {
  const { stderr, code, requests } = await run(['get', 'pods', '--match-server-version'], {
    'GET /version': { gitVersion: 'v1.36.4' },
  });
  expect(stderr).toMatch(/^error: server version \(v1\.36\.4\) differs from client version \(v1\.32\.5\+kctl\..*\)\n$/);
  expect([code, requests.length]).toEqual([1, 1]);
});

test.each([
  ['nonsense', "error: unknown profile 'nonsense'"],
  ['mutex', "error: the profile 'mutex' is one of Go's runtime"],
])('--profile=%s is refused', async (profile, reason) => {
  expect((await run(['options', `--profile=${profile}`])).stderr).toContain(reason);
});

test('--profile=cpu writes a profile', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kctl-profile-'));
  try {
    await run(['options', '--profile=cpu', '--profile-output=p'], {}, { cwd: folder });
    expect(JSON.parse(readFileSync(join(folder, 'p'), 'utf8')).nodes.length).toBeGreaterThan(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the dashboard needs a terminal', async () => {
  expect(await run(['ui'])).toMatchObject({ stdout: '', code: 1 });
});

test.each([
  ['get', 'get', 0],
  ['gte', 'get', 2],
  ['', 'abc', 3],
  ['kitten', 'sitting', 3],
])('%s and %s differ by %d', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
});

test.each([
  [['config', 'veiw'], '\n\nDid you mean this?\n\tview\n'],
  [['config', 'view', '--minfy'], '\n\nDid you mean this?\n\t--minify\n'],
])('%j: what is near is suggested to people, and not to programs', async (line, suggestion) => {
  expect((await run(line, {}, { terminal: true })).stderr).toContain(suggestion);
  expect((await run(line)).stderr).not.toContain('Did you mean');
});

test('a type or a format that there is not: the one that was meant, for people', async () => {
  const people = { tool: 'kctl', terminal: true };
  expect((await run(['get', 'deploymnets'], {}, people)).stderr).toMatch(
    /"deploymnets"\nDid you mean "deployments"\?\n$/,
  );
  expect((await run(['get', 'pods', '-o', 'yml'], {}, people)).stderr).toMatch(/yaml\nDid you mean "yaml"\?\n$/);
  expect((await run(['get', 'zzzzzzzz'], {}, people)).stderr).not.toContain('Did you');
  expect((await run(['get', 'deploymnets'], {}, { tool: 'kctl' })).stderr).not.toContain('Did you');
  expect((await run(['get', 'deploymnets'], {}, { ...people, tool: 'kubectl' })).stderr).not.toContain('Did you');
});

test('called kubectl, flags of every command are those of kubectl alone', async () => {
  const line = ['get', 'pods', '--as=a', '--as-user-extra=b=c'];
  expect(await run(line)).toMatchObject({
    code: 1,
    stderr: "error: unknown flag: --as-user-extra\nSee 'kubectl get --help' for usage.\n",
  });
  expect((await run(line, {}, { tool: 'kctl' })).stderr).not.toContain('unknown flag');
});

test('a list that is empty because there is no such namespace says so to people', async () => {
  const pods = { columnDefinitions: [], rows: [], kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: {} };
  const routes = {
    'GET /api/v1/namespaces/defualt/pods': pods,
    'GET /api/v1/namespaces': { kind: 'NamespaceList', metadata: {}, items: [{ metadata: { name: 'default' } }] },
  };
  const line = ['get', 'pods', '-n', 'defualt'];
  const said = 'No resources found in defualt namespace.\n';
  const people = await run(line, routes, { tool: 'kctl', terminal: true });
  expect(people.stderr).toBe(`${said}There is no namespace "defualt". Did you mean "default"?\n`);
  for (const options of [{ tool: 'kctl' }, { terminal: true }]) {
    const { stderr, requests } = await run(line, routes, options);
    expect(stderr).toBe(said);
    expect(requests).toHaveLength(1);
  }
});
