import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KctlError } from '../../lib/errors.ts';
import { kctlVersion } from '../../lib/version.ts';
import { type CheckPassword, onePassword, readPasswords } from '../../oci/server/passwords.ts';
import { openRegistry } from '../../oci/server/registry.ts';
import { imageStorePath, openImageStore } from '../../oci/store/open-store.ts';
import type { ImageStore } from '../../oci/store/types.ts';
import { portAnswers } from '../cluster/ready.ts';
import type { CommandContext } from '../command.ts';
import { acquireLock } from '../shared/process-lock.ts';
import {
  makeRegistryDir,
  REGISTRY_USER,
  type RegistryFiles,
  type RegistryRecord,
  readRegistryRecord,
  writeRegistryRecord,
} from './registry-files.ts';

export interface ServeOptions {
  /** 0: that of the last start, else 5000, where they are free; else any free one. */
  port: number;
  /** Path of a file of users. */
  auth: string | undefined;
  /** Make a password and ask for it. */
  withPassword: boolean;
  logRequests: boolean;
}

const LOOPBACK = '127.0.0.1';
/** The port that registries have by custom. */
const USUAL_PORT = 5000;
/** How often what nothing refers to is removed, in ms. */
const COLLECT_MS = 3_600_000;

/** The registry while this process serves it. */
export interface ServedRegistry {
  record: RegistryRecord;
  store: ImageStore;
  close(): Promise<void>;
}

/**
 * Serves the image store's repositories in this process until SIGINT or SIGTERM.
 * @throws KctlError `conflict` when it runs already or the port is taken; `input` for a bad file of users
 */
export async function serveRegistry(
  files: RegistryFiles,
  options: ServeOptions,
  { io, signal, tool }: CommandContext,
  onReady: (record: RegistryRecord) => void,
): Promise<void> {
  const say = (line: string) => io.stdout.write(`${new Date().toISOString()} ${line}\n`);
  const served = await takeRegistry(files, options, { env: io.env, say });
  if (!served) {
    throw new KctlError('conflict', `the registry is already running (process ${readRegistryRecord(files)?.pid})`, {
      hint: `stop it first: ${tool} registry stop`,
    });
  }
  try {
    onReady(served.record);
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await served.close();
  }
}

/**
 * Begins to serve the registry, unless another process does: then undefined.
 * @param how `cluster`: on behalf of which cluster
 * @throws KctlError `conflict` where the port is taken; `input` for a bad file of users
 */
export async function takeRegistry(
  files: RegistryFiles,
  options: ServeOptions,
  how: { env: Record<string, string | undefined>; say: (line: string) => void; cluster?: string },
): Promise<ServedRegistry | undefined> {
  makeRegistryDir(files);
  const lock = await acquireLock(files.lock);
  if (!lock) return undefined;
  const undo: (() => unknown)[] = [() => lock.release()];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const { checkPassword, record: access } = accessOf(files, options);
    const store = openImageStore(imageStorePath(how.env));
    undo.push(() => store.close());
    const log = (line: string) => {
      if (options.logRequests || line.startsWith('error: ')) how.say(line);
    };
    const registry = openRegistry(store, { checkPassword, log });
    undo.push(() => registry.close());
    const server = createServer((request, response) => registry.handle(request, response));
    // A large layer may take longer than the five minutes that Node gives a request.
    server.requestTimeout = 0;
    server.keepAliveTimeout = 65_000;
    const collecting = setInterval(() => {
      store.collect().catch((error) => how.say(`error: ${(error as Error).message}`));
    }, COLLECT_MS);
    undo.push(() => {
      clearInterval(collecting);
      server.close();
      server.closeAllConnections();
    });
    await listenSomewhere(server, portsFor(files, options.port));
    const { port } = server.address() as AddressInfo;
    const record: RegistryRecord = {
      port,
      url: `http://${LOOPBACK}:${port}`,
      pid: process.pid,
      startedAt: new Date().toISOString(),
      version: kctlVersion,
      ...access,
      ...(how.cluster ? { cluster: how.cluster } : {}),
    };
    writeRegistryRecord(files, record);
    return { record, store, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function accessOf(
  files: RegistryFiles,
  { auth, withPassword }: ServeOptions,
): { checkPassword?: CheckPassword; record: Pick<RegistryRecord, 'auth' | 'password'> } {
  if (auth !== undefined) {
    let text: string;
    try {
      text = readFileSync(auth, 'utf8');
    } catch (cause) {
      throw new KctlError('input', `cannot read ${auth}: ${(cause as Error).message}`, { cause });
    }
    return { checkPassword: readPasswords(text, auth), record: { auth } };
  }
  if (!withPassword) return { record: {} };
  // Clients that have logged in go on being let in after the next start.
  const password = readRegistryRecord(files)?.password ?? randomBytes(18).toString('base64url');
  return { checkPassword: onePassword(REGISTRY_USER, password), record: { password } };
}

/** The port that was asked for, or that of the last start, the usual one, and at last any. */
function portsFor(files: RegistryFiles, asked: number): number[] {
  return asked > 0 ? [asked] : [readRegistryRecord(files)?.port ?? USUAL_PORT, USUAL_PORT, 0];
}

/** The first of the ports that is free. */
async function listenSomewhere(server: Server, ports: readonly number[]): Promise<void> {
  for (const [index, port] of ports.entries()) {
    const isLast = index === ports.length - 1;
    // Somebody may listen there on all addresses, which some systems let two do.
    if (!isLast && (await portAnswers(port, LOOPBACK))) continue;
    try {
      await listen(server, port);
      return;
    } catch (error) {
      if (isLast) throw error;
    }
  }
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, LOOPBACK);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const isTaken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
    throw new KctlError(
      'conflict',
      isTaken ? `port ${port} is already in use` : `cannot listen on port ${port}: ${(cause as Error).message}`,
      { hint: 'choose another with --port, or leave --port out for a free one', cause },
    );
  }
}
