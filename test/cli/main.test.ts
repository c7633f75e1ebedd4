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

test('global flags may stand before the verb', async () => {
  const { stderr } = await run(['-n', 'get', '--context=x', 'config', 'nope']);
  expect(stderr).toBe('error: unknown command "nope"\nSee \'kubectl config -h\' for help and examples\n');
});

test.each([[['get', 'pods', '--match-server-version'], '--match-server-version cannot be met']])(
  '%j is refused, not ignored',
  async (line, reason) => {
    const { stderr, code, requests } = await run(line);
    expect(stderr).toContain(reason);
    expect({ code, requests }).toEqual({ code: 1, requests: [] });
  },
);

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
