import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KctlError } from '../../../lib/errors.ts';
import { connectionFailure } from '../../registry/connection-failure.ts';

export interface FetchedFile {
  path: string;
  /** As the address or the server call it. */
  name: string;
  /** `sha256:…` */
  digest: string;
  size: number;
  /** ms; 0 where the server does not say. */
  mtime: number;
}

/**
 * Fetches a file for ADD.
 * @param path where it is written
 * @throws KctlError `input` where there is no such file, `connection` where nobody answers
 */
export async function fetchFile(address: string, path: string, signal: AbortSignal): Promise<FetchedFile> {
  const response = await fetch(address, { signal }).catch((cause: Error) => {
    if (signal.aborted) throw cause;
    if (cause.cause === undefined)
      throw new KctlError('connection', `failed to load ${address}: ${cause.message}`, { cause });
    const { message, hint } = connectionFailure(new URL(address), cause.cause);
    throw new KctlError('connection', `failed to load ${address}: ${message}`, { cause, ...(hint ? { hint } : {}) });
  });
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new KctlError('input', `failed to load ${address}: invalid response status ${response.status}`);
  }
  const hash = createHash('sha256');
  let size = 0;
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(response.body as never), tap, createWriteStream(path, { mode: 0o600 }), { signal });
  const at = Date.parse(response.headers.get('last-modified') ?? '');
  const name = /filename="?([^";/\\]+)"?/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  return {
    ...{ path, size, digest: `sha256:${hash.digest('hex')}`, mtime: Number.isNaN(at) ? 0 : at },
    name: name ?? decodeURIComponent(new URL(response.url || address).pathname.split('/').at(-1) ?? ''),
  };
}
