import { pipeline } from 'node:stream/promises';
import { answer, type RegistryCall } from './call.ts';
import { digestFrom } from './digest-from.ts';
import { RegistryError } from './registry-error.ts';

/** `GET` and `HEAD …/blobs/<digest>`, whole or a range of it (RFC 9110, section 14). */
export async function getBlob(call: RegistryCall): Promise<void> {
  const { request, response, repository, store } = call;
  const digest = digestFrom(call.last);
  const blob = store.repositories.hasBlob(repository, digest) ? await store.blob(digest) : undefined;
  if (!blob) throw unknownBlob(digest);
  const headers: Record<string, string> = {
    'docker-content-digest': digest,
    'accept-ranges': 'bytes',
    etag: `"${digest}"`,
    'cache-control': 'max-age=31536000',
    'content-type': 'application/octet-stream',
  };
  if (request.headers['if-none-match']?.split(/,\s*/).includes(headers.etag!)) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  // A range of what has become something else since is not what the client wants; here nothing becomes something else.
  const isSame = [undefined, headers.etag].includes(request.headers['if-range'] as string | undefined);
  const range = isSame ? rangeOf(request.headers.range, blob.size) : undefined;
  const length = range ? range.end - range.start + 1 : blob.size;
  response.writeHead(range ? 206 : 200, {
    ...headers,
    'content-length': String(length),
    ...(range ? { 'content-range': `bytes ${range.start}-${range.end}/${blob.size}` } : {}),
  });
  if (request.method === 'HEAD' || length === 0) {
    response.end();
    return;
  }
  await pipeline(store.read(digest, range), response);
}

/** `DELETE …/blobs/<digest>`: the repository no longer has it; others may. */
export async function deleteBlob(call: RegistryCall): Promise<void> {
  const digest = digestFrom(call.last);
  if (!call.store.repositories.unlinkBlob(call.repository, digest)) throw unknownBlob(digest);
  answer(call, 202);
}

function unknownBlob(digest: string): RegistryError {
  return new RegistryError('BLOB_UNKNOWN', 'the repository has no such blob', { detail: { digest } });
}

/** undefined: the whole, as for headers that mean nothing or several ranges. @throws RegistryError where it is beyond the end */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && first !== '' && Number(last) < Number(first)) return undefined;
  if (start >= size || (first === '' && Number(last) === 0)) {
    throw new RegistryError('RANGE_INVALID', `the blob has ${size} bytes`, {
      headers: { 'content-range': `bytes */${size}` },
    });
  }
  return { start, end };
}
