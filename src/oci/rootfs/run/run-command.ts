import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { KctlError } from '../../../lib/errors.ts';
import type { HostAbility } from '../ability.ts';
import { toolEnvironment } from '../host-tools.ts';
import { userNamespace } from '../namespaces.ts';
import type { RunHooks, RunResult } from '../types.ts';
import { endOfOutput, outputPipes } from './output-pipes.ts';
import { READY } from './run-script.ts';

/** Linux, asm-generic/fcntl.h; Node does not name it. */
const O_CLOEXEC = 0o2000000;

interface Job {
  /** For what the run needs on disk for a moment. */
  folder: string;
  script: string;
  /** In their order. */
  secrets: readonly Buffer[];
  hasNetwork: boolean;
}

/**
 * Runs a script in namespaces of its own and waits for the end of all that it started. It has no terminal and ends with
 * this process, also by `kill -9`.
 * @throws KctlError `input` for what went wrong before the command was started
 */
export async function runInNamespaces(job: Job, ability: HostAbility, on: RunHooks): Promise<RunResult> {
  on.signal.throwIfAborted();
  const { tools, rootless } = ability;
  const [stdout, stderr] = await outputPipes(job.folder, tools.mkfifo!);
  const nothing = openSync('/dev/null', 'r');
  const child = spawn(
    tools.setpriv!,
    [
      ...['--pdeathsig', 'KILL', '--', tools.unshare!, ...(rootless ? userNamespace(rootless.ids) : [])],
      ...['--mount', '--pid', '--fork', '--kill-child', '--uts', '--ipc', '--cgroup', '--propagation', 'private'],
      ...(job.hasNetwork ? [] : ['--net']),
      ...['--', tools.sh!, '-c', job.script],
    ],
    // A session of its own: the user's terminal cannot be reached.
    {
      ...{ cwd: '/', env: toolEnvironment, detached: true },
      stdio: ['ignore', stdout.write, (on.isOneStream ? stdout : stderr).write, 'pipe', 'pipe', ...covers(5, nothing)],
    },
  );
  for (const descriptor of [nothing, stdout.write, stderr.write]) closeSync(descriptor);
  const drained = Promise.all([endOfOutput(stdout), endOfOutput(stderr)]);
  const stop = () => child.kill('SIGKILL');
  on.signal.addEventListener('abort', stop, { once: true });
  let said = '';
  (child.stdio[3] as Readable).setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-8000);
  });
  stdout.read.on('data', (chunk: Buffer) => on.output(chunk, 'stdout'));
  stderr.read.on('data', (chunk: Buffer) => on.output(chunk, 'stderr'));
  const pipe = child.stdio[4] as Writable;
  // A script that fails reads no secrets.
  pipe.on('error', () => {});
  pipe.end(Buffer.concat(job.secrets));
  try {
    const result = await endOf(child);
    await drained;
    on.signal.throwIfAborted();
    if (!said.includes(READY)) throw new KctlError('input', `the command cannot be started: ${reason(said, result)}`);
    return result;
  } finally {
    on.signal.removeEventListener('abort', stop);
  }
}

/**
 * Descriptors that this process has from who started it and that programs it starts would get, too: in a container they
 * would be ways out. Those get another file in their place.
 */
function covers(from: number, nothing: number): ('ignore' | number)[] {
  const inherited = readdirSync('/proc/self/fd')
    .map(Number)
    .filter((descriptor) => descriptor >= from && !closesByItself(descriptor));
  const last = Math.max(from - 1, ...inherited);
  return Array.from({ length: last - from + 1 }, (_, index) => (inherited.includes(from + index) ? nothing : 'ignore'));
}

function closesByItself(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'))?.[1] ?? '0';
    return (Number.parseInt(flags, 8) & O_CLOEXEC) !== 0;
  } catch {
    return true;
  }
}

function endOf(child: ChildProcess): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve(signal ? { code: 128 + (constants.signals[signal] ?? 0), signal } : { code: code ?? 1 });
    });
  });
}

const reason = (said: string, { code }: RunResult): string =>
  said
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('dmesg(1)'))
    .slice(-2)
    .join(' ') || `it ended with ${code}`;
