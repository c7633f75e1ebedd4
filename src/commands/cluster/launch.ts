import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { type ClusterFiles, type ClusterRecord, makeClusterDir, readRecord } from './cluster-files.ts';
import { isLocked } from './cluster-lock.ts';
import { isReady, portAnswers } from './ready.ts';

export const LOOPBACK = '127.0.0.1';

export interface LaunchOptions {
  /** 0: the port of the last start where it is free, else any free one. */
  port: number;
  /** IP address to listen on; 127.0.0.1 where nobody says otherwise. */
  address?: string;
  /** Further names and addresses for the server's certificate. */
  tlsNames?: readonly string[];
  nodes: number;
  seed: 'demo' | 'empty';
  /** Bytes that stored objects may take together; undefined: a part of what the heap may grow to. */
  quota?: number | undefined;
}

/** How long a start may take before it is given up, in ms. A start takes well under a second. */
const PATIENCE = 30_000;
const POLL = 15;

/** The running cluster's record, or undefined when it does not run (or does not answer yet). */
async function runningRecord(files: ClusterFiles): Promise<ClusterRecord | undefined> {
  const record = readRecord(files);
  if (!record || !(await isLocked(files.lock))) return undefined;
  return (await isReady(files, record.url)) ? record : undefined;
}

/**
 * The cheap form of `runningRecord` for the way of every command: does the recorded port answer?
 * A stranger on that port is found out by the TLS handshake that follows.
 */
export async function answeringRecord(files: ClusterFiles): Promise<ClusterRecord | undefined> {
  const record = readRecord(files);
  return record && (await portAnswers(record.port, new URL(record.url).hostname)) ? record : undefined;
}

/**
 * Starts the cluster as a process of its own and returns once /readyz answers. A cluster that runs
 * already, or that another call is starting at this moment, is waited for instead.
 * @throws KctlError `conflict` (port taken, lock), `internal` (the process ended before it was ready)
 */
export async function launch(
  files: ClusterFiles,
  options: LaunchOptions,
  env: Record<string, string | undefined>,
): Promise<{ record: ClusterRecord; started: boolean }> {
  const running = await runningRecord(files);
  if (running) return { record: running, started: false };

  makeClusterDir(files);
  const log = openSync(files.log, 'a', 0o600);
  const logged = statSync(files.log).size;
  const child = spawn(
    process.execPath,
    [
      // Not the launcher's flags: they are for short commands.
      '--disable-warning=ExperimentalWarning',
      process.argv[1] ?? '',
      ...['cluster', 'start', '--foreground', '--name', files.name],
      ...['--port', String(options.port), '--nodes', String(options.nodes)],
      ...['--address', options.address ?? LOOPBACK],
      ...(options.tlsNames ?? []).flatMap((name) => ['--tls-san', name]),
      ...(options.seed === 'empty' ? ['--empty'] : []),
      ...(options.quota ? ['--quota', String(options.quota)] : []),
    ],
    {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: files.dir,
      windowsHide: true,
      env: { ...env, KCTL_HOME: dirname(dirname(files.dir)) },
    },
  );
  closeSync(log);
  let ended = false;
  child.on('exit', () => {
    ended = true;
  });
  child.on('error', () => {
    ended = true;
  });
  child.unref();

  const before = Date.now();
  while (Date.now() - before < PATIENCE) {
    const record = readRecord(files);
    // The lock is asked for only once the child is gone: asking too early could keep the child from getting it.
    if (record && (record.pid === child.pid || ended) && (await isReady(files, record.url))) {
      return { record, started: record.pid === child.pid };
    }
    if (ended && !(await isLocked(files.lock))) throw failedStart(files, logged);
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
  throw new KctlError('internal', `cluster "${files.name}" did not become ready within ${PATIENCE / 1000} s`, {
    hint: `see ${files.log}`,
  });
}

/** The reason is what the process itself said last. */
function failedStart(files: ClusterFiles, from: number): KctlError {
  const lines = readFileSync(files.log).subarray(from).toString().trim().split('\n');
  const said = lines.findLast((line) => line.startsWith('error: '))?.slice('error: '.length);
  return new KctlError(
    'conflict',
    said ?? `cluster "${files.name}" ended before it was ready: ${lines.at(-1) ?? 'no word why'}`,
    {
      hint: `the whole log: ${files.log}`,
    },
  );
}
