import { dirname } from 'node:path';
import { launchProcess, type OwnProcess, runningRecord } from '../shared/own-process.ts';
import { isAnswering } from './is-answering.ts';
import { makeRegistryDir, type RegistryFiles, type RegistryRecord, readRegistryRecord } from './registry-files.ts';
import type { ServeOptions } from './serve.ts';

function processOf(files: RegistryFiles): OwnProcess<RegistryRecord> {
  return {
    what: 'the registry',
    files,
    record: () => readRegistryRecord(files),
    answers: ({ url }) => isAnswering(url),
  };
}

/** Its record while it runs and answers; undefined else. */
export function runningRegistry(files: RegistryFiles): Promise<RegistryRecord | undefined> {
  return runningRecord(processOf(files));
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
  const own = processOf(files);
  const running = await runningRecord(own);
  if (running) return { record: running, started: false };
  makeRegistryDir(files);
  const words = [
    ...['registry', 'start', '--foreground', '--port', String(options.port)],
    ...(options.auth === undefined ? [] : ['--auth', options.auth]),
    ...(options.withPassword ? ['--with-password'] : []),
    ...(options.logRequests ? ['--log-requests'] : []),
  ];
  return launchProcess(own, words, { ...env, KCTL_HOME: dirname(files.dir) });
}
