import { readFileSync } from 'node:fs';
import { KctlError } from '../../../lib/errors.ts';
import { shellWord } from '../../../lib/shell-word.ts';
import { capabilityNames } from '../../capabilities.ts';
import type { RunUser } from '../find-user.ts';
import type { HostTools } from '../host-tools.ts';
import type { StackedFiles } from '../stacked-files.ts';
import type { RootAbility, RunCommand, RunMount } from '../types.ts';

/** What docker's containers may do by default (Docker documentation, "Linux kernel capabilities"). */
const capabilities = [
  ...['chown', 'dac_override', 'fsetid', 'fowner', 'mknod', 'net_raw', 'setgid', 'setuid', 'setfcap', 'setpcap'],
  ...['net_bind_service', 'sys_chroot', 'kill', 'audit_write'],
];

/**
 * What a command may do: nothing that this process may not, where it is root. In a new user namespace all is allowed.
 */
export function capabilitiesOf({ isPrivileged }: Pick<RunCommand, 'isPrivileged'>, isRootless: boolean): string[] {
  const last = Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'latin1'));
  const own = isRootless ? -1n : ownCapabilities();
  const possible = capabilityNames.filter((_, number) => number <= last && (own & (1n << BigInt(number))) !== 0n);
  return isPrivileged ? possible : possible.filter((name) => capabilities.includes(name));
}

/** proc(5), CapEff: bits by number. */
function ownCapabilities(): bigint {
  const bits = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
  return bits === undefined ? -1n : BigInt(`0x${bits}`);
}

/**
 * Variables that programs of the host heed before the root is entered: what glibc takes from programs that must not
 * trust who called them (glibc, sysdeps/generic/unsecvars.h), and musl's.
 */
const unsafe =
  /^(LD_.*|GCONV_PATH|GETCONF_DIR|GLIBC_TUNABLES|HOSTALIASES|LOCALDOMAIN|LOCPATH|MALLOC_.*|NIS_PATH|NLSPATH|RESOLV_HOST_CONF|RES_OPTIONS|TMPDIR|TZDIR)=/;

interface Start {
  command: RunCommand;
  user: RunUser;
  /** In the root, without links. */
  cwd: string;
  files: StackedFiles;
  ability: RootAbility;
  tools: HostTools;
}

/**
 * The line that enters the root and becomes the command: capabilities and groups first, then the environment, then root,
 * folder and user, as none of these programs is in the root.
 * @throws KctlError `input` where the user or the environment need what this machine or the image lacks
 */
export function startLine({ command, user, cwd, files, ability, tools }: Start): string {
  const late = command.env.filter((entry) => unsafe.test(entry));
  const early = command.env.filter((entry) => !unsafe.test(entry));
  const groups = ability.ids === 'own' ? [] : [`--regid=${user.gid}`, `--groups=${user.groups.join(',')}`];
  const caps = capabilities.map((name) => `+${name}`).join(',');
  const limits = command.isPrivileged ? [] : [`--bounding-set=-all,${caps}`];
  const words = [
    ...[tools.setpriv!, ...groups, ...limits, '--inh-caps=-all', '--'],
    ...[tools.env!, '-i', ...early],
    ...[tools.unshare!, '--root=.', `--wd=/${cwd}`, ...(user.uid === 0 ? [] : [`--setuid=${user.uid}`]), '--'],
    ...(late.length > 0 ? [envOf(files), ...late] : []),
    ...command.argv,
  ];
  return words.map(shellWord).join(' ');
}

/** Where it says nothing of HOME it is the user's, as with every runtime. */
export function environmentOf({ env }: RunCommand, { home }: RunUser): readonly string[] {
  return env.some((entry) => entry.startsWith('HOME=')) ? env : [...env, `HOME=${home}`];
}

/** @throws KctlError `input` */
export function checkIds(user: RunUser, name: string, ids: RootAbility['ids']): void {
  if (ids !== 'own' || (user.uid === 0 && user.gid === 0)) return;
  throw noOtherUser(`the user ${name}`);
}

/** Owners of what is mounted. @throws KctlError `input` */
export function checkOwners(mounts: readonly RunMount[], ids: RootAbility['ids']): void {
  if (ids !== 'own') return;
  for (const mount of mounts) {
    if (!('uid' in mount) || (mount.uid === 0 && mount.gid === 0)) continue;
    throw noOtherUser(`the owner ${mount.uid}:${mount.gid} of ${mount.target}`);
  }
}

function noOtherUser(who: string): KctlError {
  return new KctlError('input', `${who} cannot be had: there is no other user than root in your user namespace`, {
    hint: 'Subordinate ids for you in /etc/subuid and /etc/subgid, and newuidmap (package uidmap), give more: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 <you>. Or work as root.',
  });
}

/** The root's own program, which sets them when nothing of the host runs any more. */
function envOf(files: StackedFiles): string {
  for (const path of ['/usr/bin/env', '/bin/env']) if (files.find(path).stats?.isFile()) return path;
  throw new KctlError('input', 'variables such as LD_PRELOAD cannot be set: the image has no env program', {
    hint: 'Install crun or runc: they need none.',
  });
}

const noShell =
  'The image has no such shell. Name a program that it has, as a list (RUN ["/app/tool", "arg"]), or begin with an image that has one.';

/**
 * Says early what the kernel would say late.
 * @throws KctlError `input` in docker's words
 */
export function checkProgram(
  { argv, env }: RunCommand,
  cwd: string,
  files: StackedFiles,
  mounted: readonly string[],
): void {
  const [program = ''] = argv;
  if (program === '') throw new KctlError('input', 'there is no command to run');
  const path = env.findLast((entry) => entry.startsWith('PATH='))?.slice(5) ?? '/bin:/usr/bin';
  const places = program.includes('/')
    ? [program.startsWith('/') ? program : `/${cwd}/${program}`]
    : path.split(':').map((folder) => `${folder.startsWith('/') ? folder : `/${cwd}/${folder}`}/${program}`);
  const found = places.map((place) => files.find(place));
  // What mounts bring is not known here.
  if (found.some(({ path: at }) => mounted.some((target) => at === target || at.startsWith(`${target}/`)))) return;
  if (found.some(({ stats }) => stats?.isFile() && (stats.mode & 0o111) !== 0)) return;
  const exists = found.some(({ stats }) => stats !== undefined);
  const why = exists
    ? 'permission denied'
    : program.includes('/')
      ? 'no such file or directory'
      : 'executable file not found in $PATH';
  const isShell = !exists && /(^|\/)\w*sh$/.test(program);
  throw new KctlError('input', `exec: ${JSON.stringify(program)}: ${why}`, {
    exitCode: exists ? 126 : 127,
    ...(isShell ? { hint: noShell } : {}),
  });
}
