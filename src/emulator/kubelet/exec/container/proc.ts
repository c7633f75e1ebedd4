import { KERNEL } from '../commands/system.ts';
import type { MountTable } from '../fs/mounts.ts';
import { type DirectoryNode, directory, link, liveFile, type Node } from '../fs/nodes.ts';
import type { Host } from '../process/process.ts';

/** /proc of a container: what scripts read there, made when they do. */
export function proc(
  host: Host,
  mounts: () => MountTable,
  environment: () => ReadonlyMap<string, string>,
): DirectoryNode {
  const at = host.startedAt;
  const fixed: Readonly<Record<string, () => string>> = {
    version: () => `Linux version ${KERNEL} (kctl@simulated) #1 SMP PREEMPT_DYNAMIC\n`,
    uptime: () => `${((host.clock.now() - host.startedAt) / 1000).toFixed(2)} 0.00\n`,
    loadavg: () =>
      `0.08 0.03 0.01 1/${host.processes.all().length + host.main.length} ${host.processes.all().at(-1)?.pid ?? 1}\n`,
    meminfo: () =>
      'MemTotal:        4194304 kB\nMemFree:         2555904 kB\nMemAvailable:    2949120 kB\nBuffers:           65536 kB\nCached:           524288 kB\nSwapTotal:             0 kB\nSwapFree:              0 kB\n',
    cpuinfo: () =>
      [0, 1]
        .map(
          (index) =>
            `processor\t: ${index}\nvendor_id\t: simulated\nmodel name\t: simulated\ncpu MHz\t\t: 2400.000\n\n`,
        )
        .join(''),
    mounts: () =>
      mounts()
        .all()
        .map(({ source, path, type, readOnly }) => `${source} ${path} ${type} ${readOnly ? 'ro' : 'rw'},relatime 0 0\n`)
        .join(''),
    filesystems: () => 'nodev\tproc\nnodev\ttmpfs\nnodev\toverlay\n\text4\n',
  };
  const root = directory(at, 0o555);
  root.generate = () => {
    const entries = new Map<string, Node>();
    for (const [name, text] of Object.entries(fixed)) entries.set(name, liveFile(text, host.clock.now()));
    for (const { pid, ppid, command } of host.main)
      entries.set(String(pid), one(pid, ppid, command.split(' '), at, environment));
    for (const process of host.processes.all())
      entries.set(
        String(process.pid),
        one(process.pid, process.parent?.pid ?? 0, process.argv, process.startedAt, () => process.env),
      );
    entries.set('self', link(String(host.processes.all().at(-1)?.pid ?? 1), at));
    return entries;
  };
  return root;
}

function one(
  pid: number,
  ppid: number,
  argv: readonly string[],
  at: number,
  environment: () => ReadonlyMap<string, string>,
): DirectoryNode {
  const folder = directory(at, 0o555);
  const name = (argv[0] ?? '').split('/').at(-1)!.replace(/:$/, '').slice(0, 15);
  folder.entries.set(
    'cmdline',
    liveFile(() => argv.map((word) => `${word}\0`).join(''), at),
  );
  folder.entries.set(
    'comm',
    liveFile(() => `${name}\n`, at),
  );
  folder.entries.set(
    'environ',
    liveFile(() => [...environment()].map(([key, value]) => `${key}=${value}\0`).join(''), at, 0o400),
  );
  folder.entries.set(
    'status',
    liveFile(() => `Name:\t${name}\nState:\tS (sleeping)\nPid:\t${pid}\nPPid:\t${ppid}\n`, at),
  );
  return folder;
}
