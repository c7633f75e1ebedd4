import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { KctlError } from '../../lib/errors.ts';
import { isLocked } from './process-lock.ts';

/** Something of kctl's that runs as a process of its own and outlives the command that started it. */
export interface OwnProcess<Running extends { pid: number; url: string }> {
  /** How messages call it: `cluster "kctl"`, `the registry`. */
  what: string;
  files: { dir: string; lock: string; log: string };
  /** What it has written about itself; undefined where it never ran. */
  record(): Running | undefined;
  answers(record: Running): Promise<boolean>;
}

/** How long a start may take before it is given up, in ms; it takes a part of a second. */
const PATIENCE = 30_000;
const POLL = 15;
/** How long it may take to end by itself before it is killed, in ms. Nothing acknowledged is lost either way. */
const GRACE = 10_000;

/** Its record while it runs and answers; undefined else. */
export async function runningRecord<Running extends { pid: number; url: string }>({
  files,
  record: read,
  answers,
}: OwnProcess<Running>): Promise<Running | undefined> {
  const record = read();
  if (!record || !(await isLocked(files.lock))) return undefined;
  return (await answers(record)) ? record : undefined;
}

/**
 * Starts it and returns once it answers. One that runs already, or that another call is starting at this moment, is
 * waited for instead. Its folder is there.
 * @param words the command line that runs it in the foreground
 * @throws KctlError `conflict` with what the process said where it ended before it was ready, `internal` where it never answered
 */
export async function launchProcess<Running extends { pid: number; url: string }>(
  { what, files, record: read, answers }: OwnProcess<Running>,
  words: readonly string[],
  env: Record<string, string | undefined>,
): Promise<{ record: Running; started: boolean }> {
  const log = openSync(files.log, 'a', 0o600);
  const logged = statSync(files.log).size;
  // Not the launcher's flags: they are for short commands.
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', process.argv[1] ?? '', ...words], {
    ...{ detached: true, stdio: ['ignore', log, log], cwd: files.dir, windowsHide: true, env },
  });
  closeSync(log);
  let ended = false;
  for (const event of ['exit', 'error']) {
    child.on(event, () => {
      ended = true;
    });
  }
  child.unref();
  const before = Date.now();
  while (Date.now() - before < PATIENCE) {
    const record = read();
    // The lock is asked for only once the child is gone: asking too early could keep the child from getting it.
    if (record && (record.pid === child.pid || ended) && (await answers(record))) {
      return { record, started: record.pid === child.pid };
    }
    if (ended && !(await isLocked(files.lock))) throw failedStart(what, files.log, logged);
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
  throw new KctlError('internal', `${what} did not become ready within ${PATIENCE / 1000} s`, {
    hint: `see ${files.log}`,
  });
}

/** The reason is what the process itself said last. */
function failedStart(what: string, log: string, from: number): KctlError {
  const lines = readFileSync(log).subarray(from).toString().trim().split('\n');
  const said = lines.findLast((line) => line.startsWith('error: '))?.slice('error: '.length);
  return new KctlError('conflict', said ?? `${what} ended before it was ready: ${lines.at(-1) ?? 'no word why'}`, {
    hint: `the whole log: ${log}`,
  });
}

/**
 * Ends the process that holds the lock.
 * @throws KctlError `conflict` where it does not even end when it is killed
 */
export async function endProcess(what: string, lock: string, pid: number): Promise<void> {
  process.kill(pid, 'SIGTERM');
  const before = Date.now();
  let killed = false;
  while (await isLocked(lock)) {
    const waited = Date.now() - before;
    if (waited > GRACE && !killed) {
      process.kill(pid, 'SIGKILL');
      killed = true;
    }
    if (waited > 2 * GRACE) throw new KctlError('conflict', `process ${pid} of ${what} does not end`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
