import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiStatusError } from '../../../api/status.ts';
import { failure } from '../../errors.ts';

/** An upgrade that is refused in plain text, as kubelets and the stream libraries of Kubernetes do. */
export class Refusal extends Error {
  readonly code: number;
  readonly headers: readonly (readonly [string, string])[];

  constructor(code: number, text: string, headers: readonly (readonly [string, string])[] = []) {
    super(text);
    this.name = 'Refusal';
    this.code = code;
    this.headers = headers;
  }
}

/** Answers a request that wanted to leave HTTP and may not, and closes the connection. @returns the code of the answer */
export function refuse(socket: Duplex, error: unknown): number {
  if (error instanceof Refusal) {
    const type = error.message ? [['Content-Type', 'text/plain; charset=utf-8'] as const] : [];
    answer(socket, error.code, [...type, ...error.headers], error.message);
    return error.code;
  }
  const status =
    error instanceof ApiStatusError ? error.status : failure(500, 'InternalError', (error as Error).message);
  const wait = status.details?.retryAfterSeconds;
  const more = wait ? [['Retry-After', String(wait)] as const] : [];
  const code = status.code ?? 500;
  answer(socket, code, [['Content-Type', 'application/json'], ...more], `${JSON.stringify(status)}\n`);
  return code;
}

function answer(socket: Duplex, code: number, headers: readonly (readonly [string, string])[], body: string): void {
  const head = [
    `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? 'Error'}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
