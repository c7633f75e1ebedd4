import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shellWord } from '../../../lib/shell-word.ts';
import type { RunUser } from '../find-user.ts';
import type { RunCommand } from '../types.ts';
import { masked, readOnly } from './run-script.ts';
import { capabilitiesOf } from './start-line.ts';

const CLONE_NEWUSER = 0x10000000;
const ENOSYS = 38;

/**
 * System calls that containers are refused, in the manner of the default profiles of engines: those that change or read
 * the kernel as a whole, or keys and memory of others. Most of the others that are refused elsewhere need capabilities
 * that containers here do not have.
 */
const refused = [
  ...['acct', 'add_key', 'bpf', 'clock_adjtime', 'clock_settime', 'create_module', 'delete_module', 'finit_module'],
  ...['init_module', 'ioperm', 'iopl', 'kexec_file_load', 'kexec_load', 'keyctl', 'lookup_dcookie', 'move_pages'],
  ...['open_by_handle_at', 'perf_event_open', 'quotactl', 'reboot', 'request_key', 'settimeofday', 'swapoff'],
  ...['swapon', 'userfaultfd', 'vhangup', 'mount', 'umount', 'umount2', 'mount_setattr', 'move_mount', 'open_tree'],
  ...['fsopen', 'fsconfig', 'fsmount', 'fspick', 'pivot_root', 'setns'],
];

const confinement = {
  maskedPaths: masked.map((path) => `/${path}`),
  readonlyPaths: readOnly.map((path) => `/${path}`),
  seccomp: {
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [
      { names: refused, action: 'SCMP_ACT_ERRNO', errnoRet: 1 },
      // A user namespace would give all capabilities back; the flags of clone3 cannot be looked at.
      ...['clone', 'unshare'].map((name) => ({
        ...{ names: [name], action: 'SCMP_ACT_ERRNO', errnoRet: 1 },
        args: [{ index: 0, value: CLONE_NEWUSER, valueTwo: CLONE_NEWUSER, op: 'SCMP_CMP_MASKED_EQ' }],
      })),
      { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
    ],
  },
};

interface RuntimeStart {
  /** Its path. */
  program: string;
  runtime: 'crun' | 'runc';
  /** Of the writable root: the bundle is made in it. */
  folder: string;
  command: Pick<RunCommand, 'argv' | 'env' | 'isPrivileged'>;
  user: RunUser;
  /** In the root, without links. */
  cwd: string;
  isRootless: boolean;
}

/**
 * Lets a runtime (OCI runtime-spec, config.md) enter the root and become the command. Everything is mounted already and
 * the namespaces are there: what it adds is to leave the host's files behind for good, and a filter of system calls.
 * @returns the line that starts it, and what removes its files
 */
export function runtimeStart({ program, runtime, folder, command, user, cwd, isRootless }: RuntimeStart): {
  line: string;
  end(): void;
} {
  const bundle = join(folder, 'bundle');
  mkdirSync(bundle, { recursive: true, mode: 0o700 });
  const named = capabilitiesOf(command, isRootless).map((name) => `CAP_${name.toUpperCase()}`);
  const isRoot = user.uid === 0;
  const config = {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: user.uid, gid: user.gid, additionalGids: user.groups, umask: 0o022 },
      args: command.argv,
      env: command.env,
      cwd: `/${cwd}`,
      capabilities: { bounding: named, effective: isRoot ? named : [], permitted: isRoot ? named : [] },
      noNewPrivileges: false,
    },
    root: { path: join(folder, 'merged') },
    // Of its own processes alone.
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'nodev', 'noexec'] }],
    linux: {
      namespaces: [{ type: 'mount' }, { type: 'pid' }],
      ...(command.isPrivileged ? {} : confinement),
    },
  };
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  const words = [
    ...[program, ...(runtime === 'crun' ? ['--cgroup-manager=disabled'] : []), '--root', join(bundle, 'state')],
    ...['run', '--bundle', bundle, `kctl-${process.pid}-${++count}`],
  ];
  return { line: words.map(shellWord).join(' '), end: () => rmSync(bundle, { recursive: true, force: true }) };
}

let count = 0;
