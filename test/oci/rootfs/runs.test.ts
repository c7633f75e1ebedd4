import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { hostAbility } from '../../../src/oci/rootfs/ability.ts';
import { keptCaches, pruneCaches } from '../../../src/oci/rootfs/cache-mounts.ts';
import { openRootFilesystems } from '../../../src/oci/rootfs/open-root-filesystems.ts';
import type { RunCommand, RunMount, WritableRoot } from '../../../src/oci/rootfs/types.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { eventually } from '../../support/program.ts';
import { baseFiles, busybox, putLayer } from './images.ts';

const folder = mkdtempSync(join(tmpdir(), 'kctl-runs-'));
const store = openImageStore(join(folder, 'images'));
const here = await hostAbility(join(store.path, 'live'), { runtime: 'unshare' });
const cannot = busybox === undefined || here.public.runtime === undefined;
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const cache = (sharing: 'shared' | 'private' | 'locked'): RunMount => ({
  ...{ type: 'cache', id: 'one', target: '/cache', sharing, mode: 0o755, uid: 0, gid: 0, readOnly: false },
});

function run(root: WritableRoot, script: string, more: Partial<RunCommand> = {}, signal = AbortSignal.timeout(30_000)) {
  let out = '';
  const waited: string[] = [];
  const command = { argv: ['sh', '-c', script], env: ['PATH=/bin'], cwd: '/', user: '', mounts: [] };
  const ended = root.run(
    { ...command, network: 'none', ...more },
    {
      signal,
      waiting: (what) => waited.push(what),
      output: (chunk) => {
        out += Buffer.from(chunk);
      },
    },
  );
  return { ended, out: () => out, waited };
}

async function withRoot(work: (root: WritableRoot) => Promise<void>): Promise<void> {
  const roots = await openRootFilesystems(store, { runtime: 'unshare' });
  await using lease = store.lease('test');
  await using root = await roots.open([await putLayer(lease, baseFiles())]);
  await work(root);
}

/** Whether a process with that in its command line is there. */
const isThere = (word: string): boolean =>
  readdirSync('/proc').some((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').includes(word);
    } catch {
      return false;
    }
  });

test.skipIf(cannot)('an abort ends all that was started, also what ignores signals', () =>
  withRoot(async (root) => {
    const stop = new AbortController();
    const { ended, out } = run(
      root,
      'trap "" TERM INT HUP; sleep 86391 & sleep 86391 & echo on; wait',
      {},
      stop.signal,
    );
    ended.catch(() => {});
    await eventually(() => out() === 'on\n', 'the command');
    expect(isThere('86391')).toBe(true);
    stop.abort(new Error('enough'));
    await expect(ended).rejects.toThrow('enough');
    await eventually(() => !isThere('86391'), 'the end of all');
  }),
);

test.skipIf(cannot)('a locked cache is waited for; a private one is another folder while it is in use', () =>
  withRoot(async (root) => {
    // Two roots: one writable layer cannot be mounted twice.
    await withRoot(async (other) => {
      const first = run(
        root,
        'echo 1 > /cache/a; echo on; until [ -e /gate/open ]; do sleep 0.02; done; echo 2 > /cache/a',
        {
          mounts: [cache('locked'), { type: 'bind', source: folder, target: '/gate', readOnly: false }],
        },
      );
      await eventually(() => first.out() === 'on\n', 'the first');
      const beside = run(other, 'ls /cache', { mounts: [cache('private')] });
      await beside.ended;
      expect([beside.out(), beside.waited]).toEqual(['', []]);
      const second = run(other, 'cat /cache/a', { mounts: [cache('locked')] });
      await eventually(() => second.waited.length > 0, 'the second to wait');
      expect(second.waited).toEqual(['cache one']);
      expect(second.out()).toBe('');
      // What is in use stays; the other one goes as soon as it is let go of.
      const kept = async (before: number) => {
        await pruneCaches(store, before, AbortSignal.timeout(30_000));
        return (await keptCaches(store)).map(({ id, bytes }) => `${id}: ${bytes}`);
      };
      await expect.poll(() => kept(Number.MAX_SAFE_INTEGER)).toEqual(['one: 2']);
      writeFileSync(join(folder, 'open'), '');
      await Promise.all([first.ended, second.ended]);
      expect(second.out()).toBe('2\n');
      expect(await kept(1)).toEqual(['one: 2']);
      await expect.poll(() => kept(Number.MAX_SAFE_INTEGER)).toEqual([]);
      const anew = run(other, 'ls -A /cache', { mounts: [cache('locked')] });
      await anew.ended;
      expect(anew.out()).toBe('');
    });
  }),
);

test.skipIf(cannot)('a mount leads nowhere through a link that an earlier run has left in a cache', () =>
  withRoot(async (root) => {
    const mounts: RunMount[] = [{ ...cache('shared'), id: 'links' } as RunMount];
    await run(root, 'ln -s / /cache/out; ln -s /etc/passwd /cache/file', { mounts }).ended;
    for (const target of ['/cache/out/made', '/cache/file']) {
      const secret: RunMount = { type: 'secret', content: Buffer.from('x'), target, mode: 0o400, uid: 0, gid: 0 };
      const ended = run(root, 'true', { mounts: [...mounts, secret] }).ended;
      await expect(ended).rejects.toThrow('leads out of the root');
    }
  }),
);

test.skipIf(cannot)('kill -9 ends what runs, and the next look takes away what is left', async () => {
  const script = `
    const { openRootFilesystems } = await import(${JSON.stringify(module('src/oci/rootfs/open-root-filesystems.ts'))});
    const { openImageStore } = await import(${JSON.stringify(module('src/oci/store/open-store.ts'))});
    const { baseFiles, putLayer } = await import(${JSON.stringify(module('test/oci/rootfs/images.ts'))});
    const store = openImageStore(process.argv[1]);
    const roots = await openRootFilesystems(store, {});
    const root = await roots.open([await putLayer(store.lease('killed'), baseFiles())]);
    await root.run(
      { argv: ['sh', '-c', 'trap "" HUP TERM; sleep 86392 & echo on; wait'], env: ['PATH=/bin'], cwd: '/', user: '', mounts: [], network: 'none' },
      { signal: new AbortController().signal, output: () => process.stdout.write('on') },
    );`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, store.path], {
    ...{ stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_NO_WARNINGS: '1' } },
  });
  try {
    await eventually(() => isThere('86392'), 'the command');
  } finally {
    child.kill('SIGKILL');
  }
  await eventually(() => !isThere('86392'), 'the end of all');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  await store.collect();
  expect(readdirSync(join(store.path, 'live'))).toEqual([]);
});

const module = (path: string) => join(import.meta.dirname, '../../..', path);

test.skipIf(cannot || process.geteuid?.() !== 0)(
  'files that are closed even to root go with their root',
  async ({ skip }) => {
    if (!existsSync('/usr/bin/chattr')) skip('this machine has no chattr');
    let refused = '';
    await withRoot(async (root) => {
      // The machine's own program, as the image has none.
      const names = ['usr', 'lib', 'lib64'].filter((name) => existsSync(`/${name}`));
      const mounts = names.map((name): RunMount => {
        return { type: 'bind', source: `/${name}`, target: `/${name}`, readOnly: true };
      });
      const closed = run(root, 'echo x > /closed; /usr/bin/chattr +i /closed', { isPrivileged: true, mounts });
      if ((await closed.ended).code !== 0) refused = closed.out();
    });
    expect(readdirSync(join(store.path, 'live'))).toEqual([]);
    if (refused !== '') skip(`this file system has no such files: ${refused}`);
  },
);
