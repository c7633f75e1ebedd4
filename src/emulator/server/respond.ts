import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import { ApiStatusError } from '../../api/status.ts';
import { failure } from '../errors.ts';
import { encodedIfStored } from '../storage/encoded.ts';
import { durable } from './durability.ts';
import { JSON_TYPE, PROTOBUF, plainType, YAML } from './negotiate.ts';
import { isPretty } from './pretty.ts';

const compress = promisify(gzip);

/** Smaller answers are not worth the time on a loopback connection. */
const COMPRESS_FROM_BYTES = 128 * 1024;

const NEWLINE = Buffer.from('\n');

/** Only the bare word counts, without a weight (apiserver, responsewriters.negotiateContentEncoding). */
const takesGzip = ({ headers }: IncomingMessage): boolean =>
  String(headers['accept-encoding'] ?? '')
    .split(',')
    .some((coding) => coding.trim() === 'gzip');

/** Sends bytes; compressed where they are many and the client asked for it, unless `asIs`. */
export async function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  code: number,
  type: string,
  body: Buffer,
  asIs = false,
): Promise<void> {
  const compressed = !asIs && body.length >= COMPRESS_FROM_BYTES && takesGzip(request);
  const bytes = compressed ? await compress(body, { level: 1 }) : body;
  const settling = durable(request);
  if (settling) await settling;
  head(response, code, type, compressed);
  response.setHeader('Content-Length', bytes.length);
  if (request.method === 'HEAD' || bytes.length < IN_PIECES_FROM_BYTES) {
    response.end(request.method === 'HEAD' ? undefined : bytes);
    return;
  }
  response.setTimeout(STALLED_AFTER_MS, () => response.destroy());
  await pipeline(Readable.from(pieces(bytes), { objectMode: false }), response).catch(() => response.destroy());
}

/** Longer answers wait for who reads them as they are: what TLS was given is kept enciphered, for each reader anew. */
const IN_PIECES_FROM_BYTES = 256 * 1024;
const PIECE_BYTES = 64 * 1024;

function* pieces(bytes: Buffer): Generator<Buffer, void> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

function head(response: ServerResponse, code: number, type: string, compressed: boolean): void {
  response.statusCode = code;
  response.setHeader('Content-Type', type);
  if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'no-cache, private');
  if (!compressed) return;
  response.setHeader('Content-Encoding', 'gzip');
  response.setHeader('Vary', 'Accept-Encoding');
}

/** A client that reads nothing of a long answer for so long is not waited for any more. */
const STALLED_AFTER_MS = 60_000;

/** Sends what is made piece by piece, no faster than the client reads; small answers at once and with their length. */
export async function sendChunks(
  request: IncomingMessage,
  response: ServerResponse,
  code: number,
  type: string,
  chunks: AsyncGenerator<Buffer, void>,
): Promise<void> {
  const parts: Buffer[] = [];
  let size = 0;
  let done = false;
  while (!done && size < COMPRESS_FROM_BYTES) {
    const next = await chunks.next();
    if (next.done) done = true;
    else size += parts[parts.push(next.value) - 1]!.length;
  }
  if (done) return sendBytes(request, response, code, type, Buffer.concat(parts));
  const settling = durable(request);
  if (settling) await settling;
  const compressed = takesGzip(request);
  head(response, code, type, compressed);
  if (request.method === 'HEAD') {
    await chunks.return();
    response.end();
    return;
  }
  response.setTimeout(STALLED_AFTER_MS, () => response.destroy());
  const all = Readable.from(follow(parts, chunks), { objectMode: false });
  // Who goes away in the middle ends the reading, and that is all.
  const sent = compressed ? pipeline(all, createGzip({ level: 1 }), response) : pipeline(all, response);
  await sent.catch(() => response.destroy());
}

/** Takes `parts` out as they are sent. */
async function* follow(parts: Buffer[], rest: AsyncGenerator<Buffer, void>): AsyncGenerator<Buffer, void> {
  for (let part = parts.shift(); part; part = parts.shift()) yield* pieces(part);
  for await (const part of rest) yield* pieces(part);
}

/**
 * Sends a value as JSON, YAML, or as protobuf where that is `type` and the value's kind has that form.
 * @param type what was negotiated; by default what the client prefers, and JSON to who takes nothing of what there is
 */
export async function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  code: number,
  value: unknown,
  type: string | undefined = plainType(request.headers.accept),
  pretty = isPretty(request),
): Promise<void> {
  if (type === PROTOBUF) {
    const bytes = (await import('./protobuf.ts')).protobufOf(value);
    if (bytes) return sendBytes(request, response, code, type, bytes);
  }
  if (type === YAML) {
    const { toYaml } = await import('../../lib/yaml.ts');
    return sendBytes(request, response, code, type, Buffer.from(toYaml(value)));
  }
  await sendBytes(request, response, code, JSON_TYPE, jsonBytes(value, !type || pretty));
}

function jsonBytes(value: unknown, pretty: boolean): Buffer {
  if (pretty) return Buffer.from(JSON.stringify(value, null, 2));
  const kept = encodedIfStored(value);
  return kept ? Buffer.concat([kept, NEWLINE]) : Buffer.from(`${JSON.stringify(value)}\n`);
}

export const TEXT_TYPE = 'text/plain; charset=utf-8';

export function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  code: number,
  text: string,
): Promise<void> {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  return sendBytes(request, response, code, TEXT_TYPE, Buffer.from(text));
}

/** Turns what a handler threw into a Status answer; a defect becomes a 500 that says so. */
export async function sendError(request: IncomingMessage, response: ServerResponse, error: unknown): Promise<void> {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status =
    error instanceof ApiStatusError
      ? error.status
      : failure(500, 'InternalError', `Internal error occurred: ${(error as Error).message}`, {
          causes: [{ message: (error as Error).message }],
        });
  // What is left of the body is not waited for, so that the connection is of no more use.
  if (status.code === 413) response.setHeader('Connection', 'close');
  const wait = status.details?.retryAfterSeconds;
  if (wait) response.setHeader('Retry-After', String(wait));
  await sendJson(request, response, status.code ?? 500, status);
}
