import { KctlError } from '../../../lib/errors.ts';
import { shellWord } from '../../../lib/shell-word.ts';
import type { HostTools } from '../host-tools.ts';
import type { RunMount } from '../types.ts';
import type { PlannedMount } from './plan-mounts.ts';

/** What a run needs to be known; paths on this machine are below `folder`. */
export interface RunLayout {
  /** Where `merged` and the files for it are; the script's working directory. */
  folder: string;
  /** Options of the overlay mount; undefined: `merged` is a folder with all in it. */
  overlay: string | undefined;
  mounts: readonly PlannedMount[];
  /** Files of `files`, and where they belong in the root, links followed. */
  systemFiles: readonly { name: string; target: string }[];
  /** Where on this machine that is what is mounted: of all mounts but tmpfs and secrets. */
  sources: ReadonlyMap<RunMount, string>;
  /** In the root, without links. */
  cwd: string;
  hostname: string;
  /** As prlimit takes them. */
  limits: readonly string[];
  hasNetwork: boolean;
  isRootless: boolean;
  isPrivileged: boolean;
  tools: HostTools;
  /** The last line: becomes the command. */
  start: string;
  /** It enters the root by itself. */
  runtime: 'crun' | 'runc' | undefined;
}

/** The descriptor on which the script says what goes wrong, and at last that it is done. */
export const READY = 'kctl: ready';

/** Kept from containers as docker keeps them (its default masked and read-only paths). */
export const masked = [
  ...['acpi', 'asound', 'kcore', 'keys', 'latency_stats', 'timer_list', 'timer_stats', 'sched_debug', 'scsi'].map(
    (name) => `proc/${name}`,
  ),
  ...['sys/firmware', 'sys/devices/virtual/powercap'],
];
export const readOnly = ['bus', 'fs', 'irq', 'sys', 'sysrq-trigger'].map((name) => `proc/${name}`);
/** Their numbers (Linux, devices.txt). */
const devices: Readonly<Record<string, string>> = {
  ...{ null: '1 3', zero: '1 5', full: '1 7', random: '1 8', urandom: '1 9', tty: '5 0' },
};
const links: Readonly<Record<string, string>> = {
  fd: '/proc/self/fd',
  stdin: '/proc/self/fd/0',
  stdout: '/proc/self/fd/1',
  stderr: '/proc/self/fd/2',
  ptmx: 'pts/ptmx',
};

/**
 * What happens in the new namespaces before the command starts: mounts, then the root takes the place of the host's
 * (moved over `/`, and entered by the last program), so that no path of the host can be reached.
 * File descriptors: 3 takes messages, 4 gives the contents of secrets, 5 is the command's stderr.
 */
export function runScript(layout: RunLayout): string {
  const { tools, folder, overlay, isRootless, isPrivileged } = layout;
  const mount = shellWord(tools.mount!);
  return [
    'exec 5>&2 2>&3',
    ...(isRootless && !layout.runtime && !isPrivileged
      ? ['exec 6> /proc/sys/user/max_user_namespaces || exec 6> /dev/null']
      : []),
    'set -e',
    'umask 022',
    `cd ${shellWord(folder)}`,
    overlay === undefined
      ? `${mount} --bind merged merged`
      : `${mount} -t overlay -o ${shellWord(overlay)} overlay merged`,
    functions(mount),
    ...(layout.runtime ? [] : [`${mount} -t proc -o nosuid,nodev,noexec proc merged/proc`]),
    ...deviceLines(mount, isRootless && layout.runtime === 'runc'),
    ...(isPrivileged ? privilegedDeviceLines(mount) : []),
    ...systemLines(mount, isRootless, isPrivileged),
    ...(layout.hostname && tools.hostname ? [`${shellWord(tools.hostname)} ${shellWord(layout.hostname)}`] : []),
    ...(!layout.hasNetwork && tools.ip ? [`${shellWord(tools.ip)} link set lo up || :`] : []),
    ...layout.systemFiles.map(({ name, target }) => {
      const at = shellWord(target);
      return `place_file ${at}; ${mount} --bind files/${name} merged/${at}`;
    }),
    ...mountLines(layout, mount),
    ...limitLines(layout),
    ...(layout.cwd === '' ? [] : [`place_folder ${shellWord(layout.cwd)}`]),
    ...(layout.runtime
      ? runtimeLines(mount, layout.runtime)
      : [...(isPrivileged ? [] : hideLines(mount)), ...enterLines(mount)]),
    ...(isRootless && !layout.runtime && !isPrivileged ? [noMoreNamespaces] : []),
    `echo ${shellWord(READY)} >&3`,
    `exec ${layout.start} 2>&5 3>&- 4<&- 5>&-`,
  ].join('\n');
}

/**
 * A runtime looks for itself among the processes of these namespaces. crun refuses machines with both kinds of cgroups
 * although it has no limits to set; runc cannot do without.
 */
export function runtimeLines(mount: string, runtime: 'crun' | 'runc'): string[] {
  const hidden = runtime === 'crun' ? [`${mount} -t tmpfs -o ro,size=4k tmpfs /sys/fs/cgroup || :`] : [];
  return [`${mount} -t proc proc /proc`, ...hidden];
}

/**
 * In a user namespace of its own it may be said that there are none below it: in such a one a command would have all
 * capabilities. (Runtimes have a filter for that.) /proc/sys is read-only by now.
 */
const noMoreNamespaces = '{ echo 0 >&6; } 2>/dev/null || :; exec 6>&-';

function hideLines(mount: string): string[] {
  return [
    ...masked.map((path) => `mask merged/${path}`),
    ...readOnly.map(
      (path) =>
        `[ ! -e merged/${path} ] || { ${mount} --bind merged/${path} merged/${path} && read_only merged/${path}; }`,
    ),
  ];
}

function enterLines(mount: string): string[] {
  return [
    'cd merged',
    // mount looks afterwards for what it cannot see any more, and then says that it failed.
    `${mount} -n --move . / || :`,
    '[ "$(pwd -P)" = / ] || { echo "the root cannot be entered" >&2; exit 1; }',
  ];
}

/**
 * `inside`: a place that earlier mounts have brought may have links that lead out of the root. `read_only`: flags that
 * the host has set may not go in a user namespace.
 */
function functions(mount: string): string {
  return `inside() { [ "$(realpath -m -- "$1")" = "$PWD/$1" ] || { echo "/\${1#merged/} leads out of the root" >&2; exit 1; }; }
place_folder() { inside "merged/$1"; [ -d "merged/$1" ] || mkdir -p -- "merged/$1"; }
place_file() { inside "merged/$1"; [ -e "merged/$1" ] || { mkdir -p -- "$(dirname -- "merged/$1")"; : > "merged/$1"; }; }
read_only() { ${mount} -o remount,bind,ro "$1" || ${mount} -o remount,bind,ro,nosuid,nodev "$1" || ${mount} -o remount,bind,ro,nosuid,nodev,noexec "$1"; }
mask() { [ -e "$1" ] || return 0; if [ -d "$1" ]; then ${mount} -t tmpfs -o ro,size=4k tmpfs "$1"; else ${mount} --bind merged/dev/null "$1"; fi; }`;
}

/**
 * Devices are made where they can be: whoever is root in there may change permissions of what is bound, and would change
 * those of the machine. Who cannot make them cannot change them either.
 * runc binds them by itself in a user namespace, and stumbles over a terminal that is there.
 */
function deviceLines(mount: string, isLeftToRuntime: boolean): string[] {
  return [
    `${mount} -t tmpfs -o nosuid,mode=755,size=64k tmpfs merged/dev`,
    'mkdir merged/dev/pts merged/dev/shm merged/dev/mqueue',
    `${mount} -t devpts -o nosuid,noexec,newinstance,ptmxmode=0666,mode=0620 devpts merged/dev/pts`,
    `${mount} -t tmpfs -o nosuid,nodev,noexec,mode=1777,size=64m tmpfs merged/dev/shm`,
    `${mount} -t mqueue -o nosuid,nodev,noexec mqueue merged/dev/mqueue || rmdir merged/dev/mqueue`,
    ...Object.entries(isLeftToRuntime ? {} : devices).map(
      ([name, numbers]) =>
        `mknod -m 666 merged/dev/${name} c ${numbers} || { : > merged/dev/${name}; ${mount} --bind /dev/${name} merged/dev/${name}; }`,
    ),
    ...Object.entries(links).map(([name, target]) => `ln -s ${target} merged/dev/${name}`),
  ];
}

/** What makes and mounts file systems needs these; they are there where the machine has them. */
function privilegedDeviceLines(mount: string): string[] {
  return [
    'for device in /dev/loop-control /dev/loop[0-9]* /dev/fuse /dev/kmsg',
    `do [ ! -c "$device" ] && [ ! -b "$device" ] || { : > "merged$device"; ${mount} --bind "$device" "merged$device"; }`,
    'done',
  ];
}

/** Without a network of its own a user namespace may not mount sysfs: it gets the host's, without its cgroups. */
function systemLines(mount: string, isRootless: boolean, isPrivileged: boolean): string[] {
  const own = `${mount} -t sysfs -o ${isPrivileged ? '' : 'ro,'}nosuid,nodev,noexec sysfs merged/sys`;
  if (!isRootless) return [own];
  if (isPrivileged) return [`${own} || ${mount} --rbind /sys merged/sys`];
  return [
    `${own} || { ${mount} --rbind /sys merged/sys && read_only merged/sys && mask merged/sys/fs/cgroup && mask merged/sys/kernel/debug && mask merged/sys/kernel/tracing; }`,
  ];
}

/** @throws KctlError `config` where there is nothing that sets them */
function limitLines({ limits, tools }: RunLayout): string[] {
  if (limits.length > 0 && !tools.prlimit) {
    throw new KctlError('config', 'limits of processes need prlimit (util-linux), which is not there');
  }
  return limits.map((limit) => `${shellWord(tools.prlimit!)} --pid $$ ${shellWord(`--${limit}`)}`);
}

function mountLines({ mounts, sources }: RunLayout, mount: string): string[] {
  const secrets = mounts.map((planned) => planned.mount).filter((one) => one.type === 'secret');
  const folderOf = (one: (typeof secrets)[number]) => (one.isProgram ? 'programs' : 'secrets');
  const lines = [...new Set(secrets.map(folderOf))].map((folder) => {
    const options = `nosuid,nodev,${folder === 'secrets' ? 'noexec,' : ''}mode=700`;
    return `mkdir -p ${folder}; ${mount} -t tmpfs -o ${options} tmpfs ${folder}`;
  });
  for (const { mount: one, target, isFolder } of mounts) {
    const at = shellWord(`merged/${target}`);
    lines.push(`${isFolder ? 'place_folder' : 'place_file'} ${shellWord(target)}`);
    if (one.type === 'tmpfs') {
      const size = one.size === undefined ? '' : `,size=${one.size}`;
      lines.push(`${mount} -t tmpfs -o nosuid,nodev,mode=${(one.mode ?? 0o755).toString(8)}${size} tmpfs ${at}`);
      continue;
    }
    if (one.type === 'secret') {
      const file = `${folderOf(one)}/${secrets.indexOf(one)}`;
      const mode = (one.mode & 0o7777).toString(8);
      lines.push(
        `head -c ${one.content.length} <&4 > ${file}`,
        `chown ${one.uid}:${one.gid} ${file}; chmod ${mode} ${file}`,
        `${mount} --bind ${file} ${at}; read_only ${at}`,
      );
      continue;
    }
    const source = shellWord(sources.get(one)!);
    if (one.type === 'socket') {
      const mode = (one.mode & 0o7777).toString(8);
      lines.push(`chown ${one.uid}:${one.gid} -- ${source}; chmod ${mode} -- ${source}`);
    }
    lines.push(`${mount} --bind -- ${source} ${at}`);
    if (one.type !== 'socket' && one.readOnly) lines.push(`read_only ${at}`);
  }
  return lines;
}
