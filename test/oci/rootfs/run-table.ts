import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openRootFilesystems } from '../../../src/oci/rootfs/open-root-filesystems.ts';
import type { GivenFiles, RootAbility, RunCommand, RunMount } from '../../../src/oci/rootfs/types.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { baseFiles, putLayer } from './images.ts';

/** What a command printed and how it ended. */
interface Ran {
  code: number;
  out: string;
  error?: string;
}

export interface TableSeen {
  ability: RootAbility;
  ran: Record<string, Ran>;
}

const command: RunCommand = {
  ...{ argv: [], env: ['PATH=/bin', 'SPACED=a  b'], cwd: '/made/here', user: '', mounts: [] },
  ...{ network: 'none', hostname: 'box' },
};

/** A folder of somebody else, with a file in it. */
const given: GivenFiles = {
  isFolder: true,
  async write(tar) {
    const entry = { size: 0, link: '', device: undefined, attributes: new Map(), mtime: 1_600_000_000 };
    await tar.add({ ...entry, path: 'top', kind: 'directory', mode: 0o755, uid: 0, gid: 0 });
    const content = Buffer.from('given\n');
    await tar.add({ ...entry, path: 'top/file', kind: 'file', mode: 0o640, uid: 0, gid: 0, size: 6 }, content);
  },
};

const cache = (target: string): RunMount => ({
  ...{ type: 'cache', id: 'c', target, sharing: 'shared', mode: 0o755, uid: 0, gid: 0, readOnly: false },
  begin: { key: 'k', files: given },
});

const facts = [
  'id -u; pwd; hostname; echo "$HOME $SPACED"; umask; read x; echo "read $?"',
  'grep -E "CapInh|CapPrm|CapBnd|CapAmb|NoNewPrivs" /proc/self/status',
  'for file in /proc/sys/kernel/hostname /proc/sysrq-trigger /sys/kernel/x; do (echo x > $file) 2>/dev/null || echo "kept $file"; done',
  'cat /proc/keys /proc/timer_list | wc -c; ls /sys/firmware /proc/acpi 2>/dev/null | grep -v :; ls -A /sys/fs/cgroup',
  'for place in /proc /sys /dev / /etc/hosts; do umount $place 2>/dev/null && echo "unmounted $place"; done',
  'chmod 600 /dev/null 2>/dev/null; chmod 666 /dev/null 2>/dev/null; stat -c %a /dev/null',
  'mount -t tmpfs none /tmp 2>/dev/null && echo mounted; chroot / true && echo chrooted',
  'grep -c : /proc/net/dev; busybox nproc > /dev/null; ls /proc/self/ns | wc -l',
  '[ "$(busybox head -c 3 /dev/stdin)" = "" ] && echo nothing; tty',
].join('\n');

/** Things that somebody does who means no good, or does not know better. */
const hostile = [
  // What goes on when the shell has ended.
  '(trap "" HUP TERM; sleep 86390) > /dev/null 2>&1 & busybox setsid sleep 86390 > /dev/null 2>&1 &',
  'busybox dd if=/dev/zero of=/dev/shm/full bs=1M count=80 2>/dev/null || echo full; rm /dev/shm/full',
  'rm -r /made; pwd; mkdir -p /made; ln -s / /made/here; rm -r /target 2>/dev/null || ln -s /etc /target-too',
  'busybox chattr +i /etc/group 2>/dev/null && echo immutable; : > /etc/resolv.conf; echo 1.2.3.4 x >> /etc/hosts',
  'mkdir /many; cd /many; i=0; while [ $i -lt 200 ]; do : > $i; i=$((i+1)); done; ls | wc -l; rm -r /many',
].join('\n');

/** The same for every runtime. @param folder for a store of its own; it goes again */
async function runTable(folder: string, runtime: RootAbility['runtime']): Promise<TableSeen> {
  const place = mkdtempSync(join(folder, 'table-'));
  const store = openImageStore(join(place, 'images'));
  try {
    const roots = await openRootFilesystems(store, { runtime });
    const seen: TableSeen = { ability: roots.ability, ran: {} };
    if (roots.ability.runtime === undefined) return seen;
    await using lease = store.lease('test');
    await using root = await roots.open([await putLayer(lease, baseFiles())]);
    const run = async (name: string, script: string, more: Partial<RunCommand> = {}, isBinary = false) => {
      const chunks: Uint8Array[] = [];
      const text = () => {
        const all = Buffer.concat(chunks);
        return isBinary ? `${all.length} ${createHash('sha256').update(all).digest('hex')}` : all.toString();
      };
      try {
        const { code } = await root.run(
          { ...command, argv: ['/bin/sh', '-c', script], ...more },
          { signal: AbortSignal.timeout(60_000), output: (chunk) => void chunks.push(chunk) },
        );
        seen.ran[name] = { code, out: text() };
      } catch (error) {
        seen.ran[name] = { code: -1, out: text(), error: (error as Error).message };
      }
    };
    await run('facts', facts);
    if (roots.ability.ids !== 'own') {
      const whoami = 'id; echo $HOME; grep CapEff /proc/self/status';
      await run('user', whoami, { user: 'app' });
      await run('group', whoami, { user: 'app:wheel' });
      await run('number', 'id; echo $HOME', { user: '4000:5000' });
    }
    const mounts: RunMount[] = [
      { type: 'files', files: given, target: '/given', readOnly: false },
      { type: 'files', files: given, target: '/kept', readOnly: true },
      cache('/cache'),
      {
        type: 'socket',
        connect: (client) => void client.end('answer\n'),
        target: '/run/door',
        mode: 0o600,
        uid: 0,
        gid: 0,
      },
    ];
    const look = 'cat /given/file /cache/file; stat -c %a /given/file /run/door; [ -S /run/door ] && echo door';
    await run(
      'mounts',
      `${look}; echo mine > /given/file; echo mine > /cache/file; (echo x > /kept/file) 2>/dev/null || echo kept`,
      { mounts },
    );
    await run('again', `${look}; ls -d /given /run/door`, { mounts });
    await run(
      'ends',
      'echo out; echo err >&2; sh -c "kill -TERM \\$\\$"; echo $?; sh -c "kill -9 \\$\\$"; echo $?; exit 7',
    );
    await run('noprogram', '', { argv: ['nosuch'] });
    await run('noright', '', { argv: ['/etc/passwd'] });
    await run('output', 'busybox yes x | head -c 20000000 | busybox tr -d "\\n"; printf "\\000\\377"', {}, true);
    await run('namespace', 'busybox unshare -U true 2> /dev/null && echo namespace');
    const inode = () => statSync('/dev/null', { bigint: true });
    const before = inode();
    await run('hostile', hostile);
    await run('device', 'chmod 600 /dev/null 2> /dev/null; chown 7 /dev/null 2> /dev/null', { cwd: '/' });
    seen.ran.device!.out += `${inode().mode === before.mode && inode().uid === before.uid}`;
    await run('after', 'pwd; cat /etc/hosts | wc -l; ps | busybox grep -c "[8]6390"', { cwd: '/' });
    await run('privileged', 'mount -t tmpfs none /tmp && echo mounted; grep CapBnd /proc/self/status', {
      ...{ isPrivileged: true, cwd: '/' },
    });
    return seen;
  } finally {
    store.close();
    rmSync(place, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const [, , folder = '', runtime] = process.argv;
  process.stdout.write(JSON.stringify(await runTable(folder, runtime as RootAbility['runtime'])));
}
