import { KctlError } from '../../lib/errors.ts';
import type { WholeAnswer } from '../registry/http.ts';
import { Refusal } from '../registry/refusal.ts';
import { retryAfter } from '../registry/retry.ts';
import { type RegistrySession, talk } from '../registry/session.ts';
import type { ImageStore } from '../store/types.ts';
import type { LayerResult, MovedBlob, OnTransfer } from './events.ts';
import type { OpenUploads } from './open-uploads.ts';

/** What registries answer beside blobs is short. */
const ANSWER_LIMIT = 1 << 20;
/** Up to here a blob goes with the request that ends its upload. */
const SMALL = 1 << 20;

interface Sending {
  session: RegistrySession;
  store: ImageStore;
  uploads: OpenUploads;
  /** Repositories of the registry that may have the blob. */
  mountFrom: readonly string[];
  on: OnTransfer;
}

/** The registry has given an upload up: it has to be begun anew. */
class UploadLost extends KctlError {}

/**
 * Brings a blob of the store into a repository: not at all where it is there, by a mount where another repository has
 * it, else in one stream that is gone on with where it broke off (distribution-spec, pushing blobs).
 * @throws KctlError `auth`, `connection`, `input`
 */
export async function sendBlob(blob: MovedBlob, sending: Sending): Promise<LayerResult> {
  const { session } = sending;
  const { digest, size } = blob;
  if (await isThere(session, digest)) return { digest, size, outcome: 'exists', travelled: 0 };
  const before = await unfinished(blob, sending);
  const begun = before ?? (await begin(blob, sending));
  if ('mountedFrom' in begun) {
    const { mountedFrom: from } = begun;
    return { digest, size, outcome: 'mounted', travelled: 0, ...(from !== undefined && { from }) };
  }
  let at: UploadPlace = { offset: 0, ...begun };
  for (let lost = 0; ; lost++) {
    try {
      return { digest, size, outcome: 'moved', travelled: await upload(blob, at, sending) };
    } catch (error) {
      // What a killed push sent may have been of something else: all of it is sent again then, once.
      const isStale = before !== undefined && lost === 0 && error instanceof Refusal && error.status === 400;
      if (!(error instanceof UploadLost || isStale) || lost === 2) throw error;
      at = { location: await open(session, `blobs/uploads/`), offset: 0 };
    }
  }
}

interface UploadPlace {
  location: URL;
  /** Bytes that the registry has. */
  offset: number;
}

/** How far a push that was killed was. undefined where there was none, or the registry has forgotten it. */
async function unfinished(
  { digest, size }: MovedBlob,
  { session, uploads }: Sending,
): Promise<UploadPlace | undefined> {
  if (size <= SMALL) return undefined;
  const location = uploads.take(placeOf(session), digest);
  if (!location) return undefined;
  try {
    const found = await whereItIs(session, location);
    if (found.offset > 0 && found.offset <= size) return found;
    await session.exchange(found.location, { method: 'DELETE', limit: ANSWER_LIMIT });
  } catch (error) {
    if (session.options.signal?.aborted) throw error;
  }
  return undefined;
}

const placeOf = ({ options }: RegistrySession): string => `${options.registry}/${options.repository}`;

async function isThere(session: RegistrySession, digest: string): Promise<boolean> {
  const { status } = await session.exchange(`blobs/${digest}`, { method: 'HEAD', limit: ANSWER_LIMIT });
  if (status === 401 || status === 403) throw new Refusal(status, Buffer.alloc(0), session.name, `the blob ${digest}`);
  return status === 200;
}

/** A mount where one is possible, else an open upload. */
async function begin(
  { digest }: MovedBlob,
  { session, mountFrom }: Sending,
): Promise<{ mountedFrom: string | undefined } | { location: URL }> {
  // Without a source a registry may look by itself (distribution-spec, end-11); older ones begin an upload.
  for (const from of [...mountFrom, undefined]) {
    const query = new URLSearchParams({ mount: digest, ...(from !== undefined && { from }) });
    const answer = await session.exchange(`blobs/uploads/?${query}`, { method: 'POST', limit: ANSWER_LIMIT });
    if (answer.status === 201) return { mountedFrom: from };
    if (answer.status !== 202) continue;
    const location = await locationOf(session, answer);
    if (from === mountFrom.at(-1)) return { location };
    // Another source may have it; this upload is not wanted then.
    await session.exchange(location, { method: 'DELETE', limit: ANSWER_LIMIT }).catch(() => undefined);
  }
  return { location: await open(session, 'blobs/uploads/') };
}

async function open(session: RegistrySession, path: string): Promise<URL> {
  const answer = await session.exchange(path, { method: 'POST', limit: ANSWER_LIMIT });
  if (answer.status !== 202) throw refusedBlob(session, answer);
  return locationOf(session, answer);
}

/** Where the upload goes on; on another host it gets no credentials, and where TLS was spoken it is spoken there. */
async function locationOf(session: RegistrySession, answer: Pick<WholeAnswer, 'headers' | 'url'>): Promise<URL> {
  const { location } = answer.headers;
  if (location === undefined || !URL.canParse(location, answer.url)) {
    throw new KctlError('connection', `${session.name} does not say where the upload goes on`);
  }
  const next = new URL(location, answer.url);
  if (answer.url.protocol !== 'https:' || next.protocol === 'https:') return next;
  // Registries behind a proxy that speaks TLS for them do not know it.
  if (next.hostname === answer.url.hostname) return new URL(`${next.pathname}${next.search}`, answer.url);
  throw new KctlError('connection', `${session.name} wants the upload sent to ${next.host} without TLS`);
}

/** @returns bytes that travelled */
async function upload(blob: MovedBlob, begun: UploadPlace, sending: Sending): Promise<number> {
  const { session, uploads, on } = sending;
  const { digest, size } = blob;
  let { location, offset } = begun;
  on({ kind: 'start', digest, size, done: offset });
  if (size <= SMALL) return finish(blob, location, 0, sending);
  uploads.note(placeOf(session), digest, location);
  let travelled = 0;
  let failed = 0;
  while (offset < size) {
    const before = offset;
    const part = { sent: 0 };
    try {
      const answer = await session.sendOnce(location, patchOf(blob, offset, sending, part));
      const body = await talk(answer);
      if (answer.status >= 300) throw statusError(session, answer, body, digest);
      location = await locationOf(session, answer);
      offset = endOf(answer.headers.range) ?? size;
      if (offset <= before) throw outOfStep(session, digest);
    } catch (error) {
      if (error instanceof UploadLost || !(await session.mayGoOn(failed + 1, error))) throw error;
      ({ location, offset } = await whereItIs(session, location));
    }
    travelled += part.sent;
    uploads.note(placeOf(session), digest, location);
    if (offset > size) throw new KctlError('connection', `${session.name} has more of ${digest} than was sent`);
    failed = offset > before ? 0 : failed + 1;
  }
  return travelled + (await finish(blob, location, size, sending));
}

/** All that is missing, in one request. */
function patchOf({ digest, size }: MovedBlob, offset: number, { store, on }: Sending, part: { sent: number }) {
  return {
    method: 'PATCH' as const,
    headers: {
      'content-type': 'application/octet-stream',
      // Of a whole blob docker does not say it, and some registries take it for a chunk then.
      ...(offset > 0 && { 'content-range': `${offset}-${size - 1}` }),
    },
    body: {
      length: size - offset,
      open: () => {
        part.sent = 0;
        const stream = store.read(digest, { start: offset, end: size - 1 });
        stream.on('data', (chunk: Buffer) => {
          part.sent += chunk.length;
          on({ kind: 'bytes', digest, done: offset + part.sent });
        });
        return stream;
      },
    },
  };
}

/** The request that makes a blob of it. @param from where the bytes begin that go with it */
async function finish(blob: MovedBlob, location: URL, from: number, sending: Sending): Promise<number> {
  const { session, store, uploads, on } = sending;
  const { digest, size } = blob;
  const end = new URL(location);
  end.searchParams.set('digest', digest);
  const body = from < size ? await store.document(digest) : undefined;
  const answer = await session.exchange(end, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    ...(body && { body }),
    limit: ANSWER_LIMIT,
  });
  // Whatever it says: nothing is gone on with there.
  uploads.forget(placeOf(session), digest);
  if (answer.status >= 300) {
    // A first try may have come through without its answer.
    if (answer.status === 404 && (await isThere(session, digest))) return body?.length ?? 0;
    if (answer.status === 404) throw new UploadLost('connection', `${session.name} gave the upload of ${digest} up`);
    throw refusedBlob(session, answer);
  }
  on({ kind: 'bytes', digest, done: size });
  return body?.length ?? 0;
}

/** How far the registry is, after a connection broke. */
async function whereItIs(session: RegistrySession, location: URL): Promise<{ location: URL; offset: number }> {
  const answer = await session.exchange(location, { limit: ANSWER_LIMIT });
  // Out of range is what docker's registry calls one that broke off.
  if ([404, 405, 416].includes(answer.status)) {
    throw new UploadLost('connection', `${session.name} gave the upload up`);
  }
  if (answer.status >= 300) throw refusedBlob(session, answer);
  const next = answer.headers.location === undefined ? location : await locationOf(session, answer);
  return { location: next, offset: endOf(answer.headers.range) ?? 0 };
}

/** `0-99` are 100 bytes; `0-0`, by which registries mean nothing yet, is taken for none. */
function endOf(range: string | string[] | undefined): number | undefined {
  const last = /^(?:bytes=)?0-(\d+)$/.exec(String(range ?? ''))?.[1];
  if (last === undefined) return undefined;
  return last === '0' ? 0 : Number(last) + 1;
}

function statusError(
  session: RegistrySession,
  { status, headers }: { status: number; headers: WholeAnswer['headers'] },
  body: Buffer,
  digest: string,
): KctlError {
  if (status === 404) return new UploadLost('connection', `${session.name} gave the upload of ${digest} up`);
  if (status === 416) return outOfStep(session, digest);
  return new Refusal(status, body, session.name, `the blob ${digest}`, retryAfter(headers['retry-after'], Date.now()));
}

/** The registry has another idea of how far it is: it is asked. */
function outOfStep(session: RegistrySession, digest: string): KctlError {
  const cause = Object.assign(new Error('out of step'), { code: 'ECONNRESET' });
  return new KctlError('connection', `${session.name} does not go on with ${digest}`, { cause });
}

const refusedBlob = (session: RegistrySession, { status, body }: WholeAnswer): Refusal =>
  new Refusal(status, body, session.name, 'an upload');
