import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ApiStatusError } from '../../api/status.ts';
import { failure } from '../errors.ts';
import { PROTOBUF, prefersProtobuf } from './negotiate.ts';

const compress = promisify(gzip);

/** Smaller answers are not worth the time on a loopback connection. */
const COMPRESS_FROM_BYTES = 128 * 1024;

/** The plain JSON type: strict clients refuse a charset. */
const JSON_TYPE = 'application/json';

/** Sends bytes; compressed where they are many and the client asked for it. */
export async function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  code: number,
  type: string,
  body: Buffer,
): Promise<void> {
  response.statusCode = code;
  response.setHeader('Content-Type', type);
  if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'no-cache, private');
  let bytes = body;
  if (body.length >= COMPRESS_FROM_BYTES && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) {
    bytes = await compress(body, { level: 1 });
    response.setHeader('Content-Encoding', 'gzip');
    response.setHeader('Vary', 'Accept-Encoding');
  }
  response.setHeader('Content-Length', bytes.length);
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

/**
 * Sends a value as JSON, or as protobuf where that is `type` and the value's kind has that form.
 * @param type what was negotiated; by default what the client prefers
 */
export async function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  code: number,
  value: unknown,
  type: string = prefersProtobuf(request.headers.accept) ? PROTOBUF : JSON_TYPE,
): Promise<void> {
  if (type !== PROTOBUF) {
    return sendBytes(request, response, code, type, Buffer.from(`${JSON.stringify(value)}\n`));
  }
  const { protobufOf } = await import('./protobuf.ts');
  const bytes = protobufOf(value);
  if (!bytes) return sendJson(request, response, code, value, JSON_TYPE);
  await sendBytes(request, response, code, type, bytes);
}

export function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  code: number,
  text: string,
): Promise<void> {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  return sendBytes(request, response, code, 'text/plain; charset=utf-8', Buffer.from(text));
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
