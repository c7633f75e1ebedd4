import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostAbility } from '../../../src/oci/rootfs/ability.ts';
import { busybox } from './images.ts';
import { type Seen, scenario } from './scenario.ts';

const isRoot = process.geteuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), 'kctl-roots-'));
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const here = await hostAbility(join(folder, 'probe'));
const why = (): string | undefined => {
  if (busybox === undefined) return 'this machine has no static busybox (apt-get install busybox-static)';
  if (here.public.runtime === undefined) return here.public.reason;
  return undefined;
};

/** As a user who is nobody else here: the same code in a process of its own. */
function asNobody(mount: string, subordinate = false): Seen | string {
  const place = mkdtempSync(join(folder, 'nobody-'));
  chownSync(place, 65_534, 65_534);
  const ids = join(folder, 'ids');
  writeFileSync(ids, subordinate ? 'nobody:200000:65536\n' : '');
  const given = 'mount --bind "$0" /etc/subuid; mount --bind "$0" /etc/subgid; exec "$@"';
  const ran = spawnSync(
    here.tools.unshare!,
    [
      ...['--mount', '--', 'sh', '-ec', given, ids, here.tools.setpriv!],
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      process.execPath,
      join(import.meta.dirname, 'scenario.ts'),
      place,
      mount,
    ],
    { encoding: 'utf8', env: { ...process.env, HOME: place, NODE_NO_WARNINGS: '1' }, timeout: 60_000 },
  );
  return ran.status === 0 ? (JSON.parse(ran.stdout) as Seen) : ran.stderr;
}

const isForbidden = (failure: string): boolean =>
  /cannot run containers|EACCES|Permission denied|Operation not permitted/.test(failure);

/** Those that have been gone through, for comparison. */
const all = new Map<string, Seen>();

const inProcess = async (mount: 'overlay' | 'copy') => {
  const seen = await scenario(mkdtempSync(join(folder, `${mount}-`)), { mount, runtime: 'unshare' });
  all.set(mount, seen);
  return seen;
};

const ways: { name: string; see: () => Promise<Seen | string>; needsRoot: boolean }[] = [
  { name: 'overlay', needsRoot: true, see: () => inProcess('overlay') },
  { name: 'copy', needsRoot: false, see: () => inProcess('copy') },
  { name: 'overlay in a user namespace', needsRoot: true, see: async () => asNobody('user-overlay') },
  {
    name: 'overlay in a user namespace with subordinate ids',
    needsRoot: true,
    see: async () =>
      existsSync('/usr/bin/newuidmap') ? asNobody('user-overlay', true) : 'Permission denied: no newuidmap',
  },
  { name: 'copy in a user namespace', needsRoot: true, see: async () => asNobody('copy') },
];

for (const way of ways) {
  const skipped = why() ?? (way.needsRoot && !isRoot ? 'only root can become another user or mount' : undefined);
  describe.skipIf(skipped !== undefined)(`${way.name}${skipped ? ` (skipped: ${skipped})` : ''}`, () => {
    let seen!: Seen;
    let refusal: string | undefined;
    beforeAll(async () => {
      const result = await way.see();
      if (typeof result !== 'string') seen = result;
      else if (isForbidden(result)) refusal = result;
      else throw new Error(result);
    }, 60_000);
    const check = (name: string, body: () => void) =>
      test(name, ({ skip }) => {
        if (refusal !== undefined) skip(`the kernel forbids it here: ${refusal.slice(0, 200)}`);
        body();
      });

    check('commands run in a root, with their environment, their folder and no stdin', () => {
      const { code, out } = seen.runs.inside!;
      expect(code).toBe(0);
      expect(out).toBe('0\n/app/deep\nbox\nhello  world\nCapBnd:\t00000000a80425fb\nread 1\n1\n');
      expect(seen.runs.code!.code).toBe(7);
    });

    check('nothing of the host can be seen', () => {
      const { out } = seen.runs.host!;
      expect(out.match(/No such file or directory/g)).toHaveLength(2);
      expect(out).not.toContain('/images/live');
      expect(out).toMatch(/\nbin\ndev\netc\n/);
    });

    check('proc, sys, devices and names are there, and the kernel cannot be changed', () => {
      const { out } = seen.runs.system!;
      expect(out).toContain('127.0.0.1\tlocalhost box\n');
      expect(out).toContain('out\n4\n');
      expect(out).toMatch(/touch: .*\n1\n$/s);
    });

    check('users are those of the image', () => {
      if (seen.ability.ids === 'own') expect(seen.runs.user!.error).toContain('the user app cannot be had');
      else expect(seen.runs.user!.out).toBe('uid=1000(app) gid=100(users) groups=10(wheel),100(users)\n');
      // Folders on the way to a mount belong to whom they did.
      if (seen.ability.ids !== 'own') expect(seen.runs.home!.out).toBe('1000:100:700\n0\n');
      expect(seen.runs.nobody!.error).toBe('unable to find user nobody: no matching entries in passwd file');
    });

    check('what cannot be started is said in docker’s words', () => {
      expect(seen.runs.noprogram!.error).toBe('exec: "nosuch": executable file not found in $PATH');
    });

    check('variables that the host’s programs would heed come from the image’s own env', () => {
      if (seen.ability.runtime === 'unshare') expect(seen.runs.unsafe).toEqual({ code: 0, out: '/x\n' });
      else expect(seen.runs.unsafe!.out).toBe('/x\n');
    });

    check('mounts are there for the run: secrets, memory, host folders through links inside, caches that stay', () => {
      const { out } = seen.runs.mounts!;
      expect(out).toMatch(/^hush 400\nsha256\n.*Read-only file system/s);
      expect(seen.runs.cache!.out).toBe('1\n750\n');
    });

    check('a run that changes nothing makes no layer', () => expect(seen.untouched).toBe(true));

    check('what changed is told as docker diff tells it', () => {
      expect(seen.changes.filter(({ path }) => !/^\/(app|home|tmp)/.test(path))).toEqual([
        { kind: 'C', path: '/etc' },
        { kind: 'C', path: '/etc/group' },
        { kind: 'C', path: '/keep' },
        { kind: 'C', path: '/keep/me' },
        { kind: 'D', path: '/keep/new' },
        { kind: 'C', path: '/old' },
        { kind: 'D', path: '/old/a' },
        { kind: 'D', path: '/old/b' },
        { kind: 'D', path: '/old/sub' },
        { kind: 'A', path: '/old/z' },
        { kind: 'A', path: '/x' },
        { kind: 'A', path: '/x/s' },
        { kind: 'A', path: '/x/y' },
        { kind: 'A', path: '/x/y/l' },
        { kind: 'A', path: '/x/y/z' },
      ]);
    });

    check('the layer is the same each time, and what lies upon it sees what was done', () => {
      expect(seen.layer.again).toBe(seen.layer.digest);
      const { out } = seen.runs.above!;
      expect(out).toMatch(/^\/keep:\nme\n\n\/old:\nz\nkeptmore\n2\n\.\.\/x\n600\n/);
      expect(out).toContain('/app:\n.\n..\ndeep\n');
      // Places of mounts were never in the layer.
      expect(out.match(/No such file or directory/g)).toHaveLength(3);
    });

    check('nothing is left behind', () => expect(seen.left).toEqual([]));
  });
}

test('an overlay and a copy make the same layer', ({ skip }) => {
  const [overlay, copy] = [all.get('overlay'), all.get('copy')];
  if (!overlay || !copy) return skip('one of them cannot be made here');
  expect(copy.layer).toEqual(overlay.layer);
});
