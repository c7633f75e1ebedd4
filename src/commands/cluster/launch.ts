import { dirname } from 'node:path';
import { launchProcess, type OwnProcess, runningRecord } from '../shared/own-process.ts';
import { type ClusterFiles, type ClusterRecord, makeClusterDir, readRecord } from './cluster-files.ts';
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

function processOf(files: ClusterFiles): OwnProcess<ClusterRecord> {
  return {
    what: `cluster "${files.name}"`,
    files,
    record: () => readRecord(files),
    answers: ({ url }) => isReady(files, url),
  };
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
  const own = processOf(files);
  const running = await runningRecord(own);
  if (running) return { record: running, started: false };
  makeClusterDir(files);
  const words = [
    ...['cluster', 'start', '--foreground', '--name', files.name],
    ...['--port', String(options.port), '--nodes', String(options.nodes)],
    ...['--address', options.address ?? LOOPBACK],
    ...(options.tlsNames ?? []).flatMap((name) => ['--tls-san', name]),
    ...(options.seed === 'empty' ? ['--empty'] : []),
    ...(options.quota ? ['--quota', String(options.quota)] : []),
  ];
  return launchProcess(own, words, { ...env, KCTL_HOME: dirname(dirname(files.dir)) });
}
