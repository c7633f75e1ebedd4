import type { RunMount } from '../../rootfs/types.ts';
import type { KeyParts } from '../cache/build-cache.ts';
import type { MachineSettings } from './build-room.ts';

/** What results depend on of it; nothing where nothing was set. */
export function machineParts({ hosts = [], shmSize, limits = [] }: MachineSettings): KeyParts {
  return {
    ...(hosts.length > 0 ? { hosts: JSON.stringify(hosts) } : {}),
    ...(shmSize === undefined ? {} : { '/dev/shm': String(shmSize) }),
    ...(limits.length > 0 ? { limits: limits.join(' ') } : {}),
  };
}

/** A file of hosts in place of the usual one, and memory of that size. They are in no layer. */
export function machineMounts({ hosts = [], shmSize }: MachineSettings, hostname: string): RunMount[] {
  const mounts: RunMount[] = [];
  if (hosts.length > 0) {
    const usual = [`127.0.0.1\tlocalhost ${hostname}`, '::1\tlocalhost ip6-localhost ip6-loopback'];
    const lines = [...usual, ...hosts.map(({ name, address }) => `${address}\t${name}`)];
    const content = Buffer.from(`${lines.join('\n')}\n`);
    mounts.push({ type: 'secret', content, target: '/etc/hosts', mode: 0o644, uid: 0, gid: 0 });
  }
  if (shmSize !== undefined) mounts.push({ type: 'tmpfs', target: '/dev/shm', size: shmSize, mode: 0o1777 });
  return mounts;
}
