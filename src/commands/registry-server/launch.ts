import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { isLocked } from '../cluster/cluster-lock.ts';
import { isAnswering } from './is-answering.ts';
import { makeRegistryDir, type RegistryFiles, type RegistryRecord, readRegistryRecord } from './registry-files.ts';
import type { ServeOptions } from './serve.ts';

/** How long a start may take before it is given up, in ms; it takes a part of a second. */
const PATIENCE = 20_000;
const POLL = 15;

/** Its record while it runs and answers; undefined else. */
export async function runningRegistry(files: RegistryFiles): Promise<RegistryRecord | undefined> {
  const record = readRegistryRecord(files);
  if (!record || !(await isLocked(files.lock))) return undefined;
  return (await isAnswering(record.url)) ? record : undefined;
}

/**
 * Starts the registry as a process of its own and returns once it answers. One that runs already is left alone.
 * @throws KctlError `conflict` with what the process said where it ended before it was ready
 */
export async function launchRegistry(
  files: RegistryFiles,
  options: ServeOptions,
  env: Record<string, string | undefined>,
): Promise<{ record: RegistryRecord; started: boolean }> {
  const running = await runningRegistry(files);
  if (running) return { record: running, started: false };
  makeRegistryDir(files);
  const log = openSync(files.log, 'a', 0o600);
  const logged = statSync(files.log).size;
  const child = spawn(
    process.execPath,
    [
      // Not the launcher's flags: they are for short commands.
      '--disable-warning=ExperimentalWarning',
      process.argv[1] ?? '',
      ...['registry', 'start', '--foreground', '--port', String(options.port)],
      ...(options.auth === undefined ? [] : ['--auth', options.auth]),
      ...(options.withPassword ? ['--with-password'] : []),
      ...(options.logRequests ? ['--log-requests'] : []),
    ],
    {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: files.dir,
      windowsHide: true,
      env: { ...env, KCTL_HOME: dirname(files.dir) },
    },
  );
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
    const record = readRegistryRecord(files);
    // The lock is asked for only once the child is gone: asking too early could keep the child from getting it.
    if (record && (record.pid === child.pid || ended) && (await isAnswering(record.url))) {
      return { record, started: record.pid === child.pid };
    }
    if (ended && !(await isLocked(files.lock))) throw failedStart(files, logged);
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
  throw new KctlError('internal', `the registry did not answer within ${PATIENCE / 1000} s`, {
    hint: `see ${files.log}`,
  });
}

/** The reason is what the process itself said last. */
function failedStart(files: RegistryFiles, from: number): KctlError {
  const lines = readFileSync(files.log).subarray(from).toString().trim().split('\n');
  const said = lines.findLast((line) => line.startsWith('error: '))?.slice('error: '.length);
  return new KctlError('conflict', said ?? `the registry ended before it was ready: ${lines.at(-1) ?? 'no word why'}`, {
    hint: `the whole log: ${files.log}`,
  });
}
