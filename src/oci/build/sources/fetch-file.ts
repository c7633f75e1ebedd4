import { createWriteStream } from 'node:fs';
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KctlError } from '../../../lib/errors.ts';
import { connectionFailure } from '../../registry/connection-failure.ts';
import type { ImageStore, StoreLease } from '../../store/types.ts';
import { type BuildCache, keyOf } from '../cache/build-cache.ts';
import { withoutPassword } from './git-address.ts';

export interface FetchedFile {
  /** A file of the image store. */
  path: string;
  /** As the address calls it; '' where it names no file. */
  name: string;
  /** `sha256:…` */
  digest: string;
  size: number;
  /** ms; 0 where the server does not say. */
  mtime: number;
}

interface FetchRoom {
  store: ImageStore;
  lease: StoreLease;
  cache: BuildCache;
  signal: AbortSignal;
  now(): number;
}

/**
 * Fetches a file, unless it was fetched before and is the same: the server is asked for that, but where the digest is
 * known.
 * @param digest what it has to be, as far as it is known before
 * @throws KctlError `input` where there is no such file, `connection` where nobody answers; no message has a password
 */
export async function fetchFile(address: string, room: FetchRoom, digest?: string): Promise<FetchedFile> {
  const { store, lease, cache, signal } = room;
  const shown = withoutPassword(address);
  const key = keyOf({ kind: 'address', address });
  const known = await cache.find(key, lease);
  const fetched = (file: { digest: string; size: number }, lastModified: string): FetchedFile => {
    const at = Date.parse(lastModified);
    return {
      ...{ digest: file.digest, size: file.size, path: store.fileOf(file.digest), name: nameOf(address) },
      mtime: Number.isNaN(at) ? 0 : at,
    };
  };
  if (known?.layer && known.fetched && known.layer.digest === digest) {
    return fetched(known.layer, known.fetched.lastModified);
  }
  const response = await request(address, shown, signal, known?.fetched);
  if (response.status === 304 && known?.layer) return fetched(known.layer, known.fetched?.lastModified ?? '');
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new KctlError('input', `failed to load ${shown}: invalid response status ${response.status}`);
  }
  const body = Readable.fromWeb(response.body as never) as AsyncIterable<Buffer>;
  const file = await lease.write(body).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw cause instanceof KctlError ? cause : unreachable(address, shown, cause as Error);
  });
  const [etag, lastModified] = ['etag', 'last-modified'].map((name) => response.headers.get(name) ?? '') as [
    string,
    string,
  ];
  const layer = { ...file, diffId: file.digest, mediaType: 'application/octet-stream' };
  cache.keep(key, { layer, created: room.now(), key, fetched: { etag, lastModified } });
  return fetched(file, lastModified);
}

/**
 * Fetches a file to where nothing is kept of it.
 * @throws KctlError as `fetchFile`
 */
export async function download(address: string, path: string, signal: AbortSignal): Promise<void> {
  const shown = withoutPassword(address);
  const response = await request(address, shown, signal, undefined);
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new KctlError('input', `failed to load ${shown}: invalid response status ${response.status}`);
  }
  const body = Readable.fromWeb(response.body as never);
  await pipeline(body, createWriteStream(path, { mode: 0o600 }), { signal }).catch((cause: Error) => {
    signal.throwIfAborted();
    throw unreachable(address, shown, cause);
  });
}

async function request(
  address: string,
  shown: string,
  signal: AbortSignal,
  known: { etag: string; lastModified: string } | undefined,
): Promise<Response> {
  const url = new URL(address);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const headers: Record<string, string> = {
    // The file as it is: what a server compresses for the way would be another file.
    'accept-encoding': 'identity',
    ...(username || password ? { authorization: `Basic ${login}` } : {}),
    ...(known?.etag ? { 'if-none-match': known.etag } : {}),
    ...(known?.lastModified && !known.etag ? { 'if-modified-since': known.lastModified } : {}),
  };
  return fetch(url, { signal, headers }).catch((cause: Error) => {
    signal.throwIfAborted();
    throw unreachable(address, shown, cause);
  });
}

function unreachable(address: string, shown: string, cause: Error): KctlError {
  if (cause.cause === undefined) {
    return new KctlError('connection', `failed to load ${shown}: ${cause.message}`, { cause });
  }
  const { message, hint } = connectionFailure(new URL(address), cause.cause);
  return new KctlError('connection', `failed to load ${shown}: ${message}`, { cause, ...(hint ? { hint } : {}) });
}

/** The last part of the path; what a server calls it makes no difference, nor does where it sends us. */
function nameOf(address: string): string {
  const { pathname } = new URL(address);
  try {
    return posix.basename(decodeURIComponent(pathname)).replaceAll('\0', '');
  } catch {
    return posix.basename(pathname);
  }
}
