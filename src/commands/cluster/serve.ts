import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { KctlError } from '../../lib/errors.ts';
import { kctlVersion } from '../../lib/version.ts';
import type { CommandContext } from '../command.ts';
import { acquireLock } from '../shared/process-lock.ts';
import {
  type ClusterFiles,
  contextNameOf,
  makeClusterDir,
  readRecord,
  writePrivate,
  writeRecord,
} from './cluster-files.ts';
import { openClusterRegistry } from './cluster-registry.ts';
import { giveBackIdleMemory } from './idle-memory.ts';
import { type LaunchOptions, LOOPBACK } from './launch.ts';
import { portAnswers } from './ready.ts';

/**
 * Runs the cluster in this process until SIGINT or SIGTERM. `onReady` is told the URL.
 * @throws KctlError `conflict` when it runs already or the port is taken
 */
export async function serve(
  files: ClusterFiles,
  options: LaunchOptions,
  context: CommandContext,
  onReady: (url: string) => void,
): Promise<void> {
  makeClusterDir(files);
  const lock = await acquireLock(files.lock);
  if (!lock) {
    throw new KctlError('conflict', `cluster "${files.name}" is already running (process ${readRecord(files)?.pid})`, {
      hint: `stop it first: ${context.tool} cluster stop --name ${files.name}`,
    });
  }
  const registry = openClusterRegistry(files.name, context.io.env, (line) => {
    context.io.stderr.write(`${new Date().toISOString()} ${line}\n`);
  });
  try {
    const { address = LOOPBACK, tlsNames = [] } = options;
    const port = await choosePort(files, options.port, address);
    const emulator = await context.startEmulator({
      dataDir: files.dataDir,
      port,
      address,
      tlsNames,
      nodes: options.nodes,
      seed: options.seed,
      name: contextNameOf(files.name),
      ...(options.quota ? { quota: options.quota } : {}),
      ...(registry ? { registry: () => registry } : {}),
    });
    const images = await registry?.serve();
    writeKubeconfig(files, emulator.adminKubeconfig, emulator.url);
    writeRecord(files, {
      port: emulator.port,
      url: emulator.url,
      address,
      nodes: options.nodes,
      seed: options.seed,
      pid: process.pid,
      startedAt: new Date().toISOString(),
      version: kctlVersion,
      ...(images ? { registry: images } : {}),
    });
    onReady(emulator.url);
    // This process lives long and may be killed: what it has compiled spares the next start some time.
    flushCompileCache();
    giveBackIdleMemory();
    if (!context.signal.aborted) await once(context.signal, 'abort');
    await emulator.stop();
  } finally {
    await registry?.close();
    lock.release();
  }
}

/**
 * The port that was asked for must be free; without one the port of the last start is taken again
 * where it is free, so that kubeconfigs handed out earlier go on working.
 */
async function choosePort(files: ClusterFiles, asked: number, address: string): Promise<number> {
  const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
  if (asked > 0) {
    if (await portAnswers(asked, host)) {
      throw new KctlError('conflict', `port ${asked} on ${address} is already in use`, {
        hint: 'choose another with --port, or leave --port out for a free one',
      });
    }
    return asked;
  }
  const last = readRecord(files)?.port ?? 0;
  return last > 0 && !(await portAnswers(last, host)) ? last : 0;
}

/** Leaves the file alone while it still fits, since it may hold the user's chosen namespace. */
function writeKubeconfig(files: ClusterFiles, content: string, url: string): void {
  const authority = (text: string) => /certificate-authority-data: *(\S+)/.exec(text)?.[1];
  const certificate = (text: string) => /client-certificate-data: *(\S+)/.exec(text)?.[1];
  const old = existsSync(files.kubeconfig) ? readFileSync(files.kubeconfig, 'utf8') : '';
  const fits =
    old.includes(`server: ${url}\n`) &&
    authority(old) === authority(content) &&
    certificate(old) === certificate(content);
  if (!fits) writePrivate(files.kubeconfig, content);
}
