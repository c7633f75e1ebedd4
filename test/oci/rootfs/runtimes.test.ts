import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from 'vitest';
import { hostAbility } from '../../../src/oci/rootfs/ability.ts';
import { busybox } from './images.ts';
import type { TableSeen } from './run-table.ts';

const isRoot = process.geteuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), 'kctl-runtimes-'));
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { tools } = await hostAbility(join(folder, 'probe'));

type Who = 'self' | 'subordinate' | 'own';

/** In a process of its own: as whoever runs this, or as a user who is nobody else here. */
async function see(runtime: string, who: Who): Promise<TableSeen> {
  const place = mkdtempSync(join(folder, 'as-'));
  const program = [process.execPath, join(import.meta.dirname, 'run-table.ts'), place, runtime];
  const line = who === 'self' ? program : asNobody(place, who === 'subordinate', program);
  const child = spawn(line[0]!, line.slice(1), {
    env: { ...process.env, HOME: place, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, said] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (out === '') throw new Error(said);
  return JSON.parse(out) as TableSeen;
}

function asNobody(place: string, hasIds: boolean, program: readonly string[]): string[] {
  chownSync(place, 65_534, 65_534);
  const ids = join(folder, `ids-${hasIds}`);
  writeFileSync(ids, hasIds ? 'nobody:200000:65536\n' : '');
  const script = 'mount --bind "$0" /etc/subuid; mount --bind "$0" /etc/subgid; exec "$@"';
  const nobody = [tools.setpriv!, '--reuid=65534', '--regid=65534', '--clear-groups'];
  return [tools.unshare!, '--mount', '--', 'sh', '-ec', script, ids, ...nobody, ...program];
}

const ways: { runtime: 'unshare' | 'crun' | 'runc'; who: Who }[] = [
  { runtime: 'unshare', who: 'self' },
  { runtime: 'crun', who: 'self' },
  { runtime: 'runc', who: 'self' },
  { runtime: 'runc', who: 'subordinate' },
  { runtime: 'crun', who: 'own' },
];

/** runc passes output on by pipes of its own: lines of stdout and stderr may change places. */
const sorted = (out: string) => out.split('\n').sort();

describe('what runs sees the same, whatever runs it', () => {
  test.for(ways)('$runtime as $who', { timeout: 60_000 }, async ({ runtime, who }, { skip }) => {
    if (busybox === undefined) skip('this machine has no static busybox (apt-get install busybox-static)');
    if (!tools[runtime]) skip(`there is no ${runtime} here`);
    if (who !== 'self' && !isRoot) skip('only root can become another user');
    if (who === 'subordinate' && !existsSync('/usr/bin/newuidmap')) skip('there is no newuidmap here');
    const { ability, ran } = await see(runtime, who);
    if (ability.runtime === undefined) skip(ability.reason);

    expect(ran.facts!.out.split('\n')).toEqual([
      ...['0', '/made/here', 'box', '/root a  b', '0022', 'read 1'],
      ...['CapInh:\t0000000000000000', 'CapPrm:\t00000000a80425fb', 'CapBnd:\t00000000a80425fb'],
      ...['CapAmb:\t0000000000000000', 'NoNewPrivs:\t0'],
      ...['/proc/sys/kernel/hostname', '/proc/sysrq-trigger', '/sys/kernel/x'].map((path) => `kept ${path}`),
      // Nothing of the kernel's keys and timers; nothing can be mounted or unmounted; there is loopback alone.
      ...['0', '', '666', 'chrooted', '1', '10', 'nothing', 'not a tty', ''],
    ]);
    if (ability.ids !== 'own') {
      const rest = '/home/app\nCapEff:\t0000000000000000\n';
      expect(ran.user!.out).toBe(`uid=1000(app) gid=100(users) groups=10(wheel),100(users)\n${rest}`);
      expect(ran.group!.out).toBe(`uid=1000(app) gid=10(wheel) groups=10(wheel)\n${rest}`);
      expect(ran.number!.out).toBe('uid=4000 gid=5000 groups=5000\n/\n');
    }
    expect(ran.mounts).toEqual({ code: 0, out: 'given\ngiven\n640\n600\ndoor\nkept\n' });
    // What was written to files that were given is gone, what was written to a cache is there.
    expect(ran.again).toEqual({ code: 0, out: 'given\nmine\n640\n600\ndoor\n/given\n/run/door\n' });
    expect(ran.ends!.code).toBe(7);
    expect(sorted(ran.ends!.out)).toEqual(sorted('out\nerr\nTerminated\n143\nKilled\n137\n'));
    expect(ran.noprogram!.error).toBe('exec: "nosuch": executable file not found in $PATH');
    expect(ran.noright!.error).toBe('exec: "/etc/passwd": permission denied');
    expect(ran.output).toEqual({
      ...{ code: 0, out: '10000002 c49f9fdd99ab46b25a7499144e8dadb9919494cc2909380c724ee45f4d09114e' },
    });
    expect(ran.hostile).toEqual({ code: 0, out: 'full\n/made/here\n200\n' });
    // Root without a user namespace and without a filter may make one.
    expect(ran.namespace!.out).toBe(runtime === 'unshare' && !ability.isRootless ? 'namespace\n' : '');
    // Devices of the machine stay as they are.
    expect(ran.device!.out).toBe('true');
    // What it left behind has ended; names of the machine are as they were.
    expect(ran.after!.out).toBe('/\n2\n0\n');
    expect(ran.privileged!.out).toMatch(/^mounted\nCapBnd:\t000001ff[0-9a-f]{8}\n$/);
  });
});
