import { KctlError } from '../../lib/errors.ts';
import { connectionFailure } from '../registry/connection-failure.ts';
import type { RegistryAnswer } from '../registry/http.ts';
import { Refusal } from '../registry/refusal.ts';
import type { Repository } from '../registry/repository.ts';
import { retryAfter } from '../registry/retry.ts';
import { talk } from '../registry/session.ts';
import type { BlobWriter, StoreLease } from '../store/types.ts';
import type { MovedBlob, OnTransfer } from './events.ts';
import type { PullSource } from './pull-source.ts';

interface Fetching {
  lease: StoreLease;
  source: PullSource;
  signal: AbortSignal;
  on: OnTransfer;
  /** All bytes have come: what is left is the disk's. */
  came?(): void;
}

/** What came before cannot be gone on with. */
class BeginAgain extends KctlError {}

/**
 * Writes a blob of a registry into the store, checked while it comes. What was there of it from an earlier try is gone
 * on with; what comes before a failure is kept for the next.
 * @returns bytes that travelled
 * @throws KctlError `input` where it is not what its descriptor says: then nothing is kept; `auth`, `connection`
 */
export async function fetchBlob(blob: MovedBlob, fetching: Fetching): Promise<number> {
  const first = await attempt(blob, fetching);
  if (typeof first === 'number') return first;
  // What was there of it was damaged, or of something else.
  const second = await attempt(blob, fetching);
  if (typeof second === 'number') return second + first.travelled;
  throw second.error;
}

async function attempt(
  blob: MovedBlob,
  { lease, source, signal, on, came }: Fetching,
): Promise<number | { error: unknown; travelled: number }> {
  const { digest, size } = blob;
  const writer = await lease.writer({ digest, size, resume: digest });
  const before = writer.offset;
  on({ kind: 'start', digest, size, done: before });
  const counted = { travelled: 0 };
  try {
    if (writer.offset < size) await source.first((from) => download(from, blob, writer, { signal, on, counted }));
    came?.();
    await writer.commit();
    return counted.travelled;
  } catch (error) {
    // What came from a registry that sends other things elsewhere is not kept either.
    if ([error, signal.reason].some((one) => isWrong(one) || isFull(one))) await writer.abort();
    else await writer.suspend();
    if (before > 0 && isWrong(error) && !signal.aborted) return { error, travelled: counted.travelled };
    throw error;
  }
}

/** True where content is not what it should be. */
export const isWrong = (error: unknown): boolean =>
  error instanceof KctlError && error.code === 'input' && !(error instanceof Refusal);

/** True where there is no room: files say so by a code, the database by a number (sqlite.org/rescode.html, SQLITE_FULL). */
export function isFull(error: unknown): boolean {
  // The store tells it in the user's words, with what it failed with as the cause.
  const inner = error instanceof KctlError ? error.cause : error;
  const { code = '', errcode = 0 } = (inner ?? {}) as { code?: string; errcode?: number };
  return ['ENOSPC', 'EDQUOT'].includes(code) || (errcode & 0xff) === 13;
}

interface Downloading {
  signal: AbortSignal;
  on: OnTransfer;
  counted: { travelled: number };
}

async function download(
  { session }: Repository,
  blob: MovedBlob,
  writer: BlobWriter,
  { signal, on, counted }: Downloading,
): Promise<void> {
  let failed = 0;
  for (;;) {
    const before = writer.offset;
    try {
      const headers: Record<string, string> = { 'accept-encoding': 'identity' };
      if (before > 0) headers.range = `bytes=${before}-`;
      const answer = await session.sendOnce(`blobs/${blob.digest}`, { headers, signal });
      await copy(await accepted(answer, blob, before, session.name), blob, writer, on, counted);
      return;
    } catch (error) {
      failed = writer.offset > before ? 1 : failed + 1;
      if (!(await session.mayGoOn(failed, error))) throw error;
    }
  }
}

interface Accepted {
  answer: RegistryAnswer;
  /** Bytes at its beginning that are there already. */
  skip: number;
}

/** @throws KctlError where the answer is not what was asked for */
async function accepted(
  answer: RegistryAnswer,
  { digest, size }: MovedBlob,
  offset: number,
  host: string,
): Promise<Accepted> {
  const { status, headers } = answer;
  const range = /^bytes (\d+)-\d*\/(\d+|\*)$/.exec(String(headers['content-range'] ?? ''));
  if (status === 416 || (status === 206 && Number(range?.[1]) !== offset)) {
    answer.body.destroy();
    throw new BeginAgain('input', `${host} does not go on with the blob ${digest} at ${offset}`);
  }
  if (status !== 200 && status !== 206) {
    const after = retryAfter(headers['retry-after'], Date.now());
    throw new Refusal(status, await talk(answer), host, `the blob ${digest}`, after);
  }
  const expected = status === 206 ? size - offset : size;
  const length = headers['content-length'];
  if (length !== undefined && Number(length) !== expected) {
    answer.body.destroy();
    throw new KctlError(
      'input',
      `${host} has ${Number(length)} bytes of the blob ${digest} where the image says ${expected}`,
    );
  }
  return { answer, skip: status === 206 ? 0 : offset };
}

async function copy(
  { answer, skip }: Accepted,
  { digest, size }: MovedBlob,
  writer: BlobWriter,
  on: OnTransfer,
  counted: { travelled: number },
): Promise<void> {
  let rest = skip;
  const batches = new Batches(writer);
  const chunks = (answer.body as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  for (;;) {
    let next: IteratorResult<Buffer>;
    try {
      next = await chunks.next();
    } catch (error) {
      await batches.flush();
      throw connectionFailure(answer.url, error);
    }
    if (next.done) break;
    const chunk = next.value;
    counted.travelled += chunk.length;
    const own = rest > 0 ? chunk.subarray(Math.min(rest, chunk.length)) : chunk;
    rest -= chunk.length - own.length;
    if (own.length === 0) continue;
    try {
      await batches.add(own);
    } catch (error) {
      answer.body.destroy();
      throw error;
    }
    on({ kind: 'bytes', digest, done: batches.offset });
  }
  await batches.flush();
  if (writer.offset < size) {
    const early = Object.assign(new Error(`it ended after ${writer.offset} of ${size} bytes`), { code: 'ECONNRESET' });
    throw connectionFailure(answer.url, early);
  }
}

/** Sockets give 64 kB at a time; a write costs as much for one as for many of these. */
const BATCH = 1 << 20;

/** Gathers chunks, and writes some while others come. */
class Batches {
  readonly #writer: BlobWriter;
  #chunks: Uint8Array[] = [];
  #gathered = 0;
  #writing: Promise<void> = Promise.resolve();
  /** Bytes by now, those that are not written yet among them. */
  offset: number;

  constructor(writer: BlobWriter) {
    this.#writer = writer;
    this.offset = writer.offset;
  }

  async add(chunk: Uint8Array): Promise<void> {
    this.#chunks.push(chunk);
    this.#gathered += chunk.length;
    this.offset += chunk.length;
    if (this.#gathered >= BATCH) await this.#next();
  }

  /** All is written after this, or the writer has failed. */
  async flush(): Promise<void> {
    await this.#next();
    await this.#writing;
  }

  async #next(): Promise<void> {
    await this.#writing;
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#gathered = 0;
    if (chunks.length === 0) return;
    this.#writing = this.#writer.write(chunks);
    // Who waits next is told.
    this.#writing.catch(() => {});
  }
}
