import type { WatchEvent } from '../api/meta.ts';
import { KctlError } from '../lib/errors.ts';
import { parseExactJson } from '../lib/exact-json.ts';
import type { ApiRequest, Transport } from './cluster.ts';
import { eventLimit } from './transport/body-limits.ts';
import { bodyError } from './transport/connection-error.ts';
import { statusError } from './transport/status-error.ts';

export interface WatchRequest {
  path: string;
  /** `watch=1` is added. */
  query?: ApiRequest['query'];
  accept?: string;
  signal?: AbortSignal;
  /** Milliseconds; 0 lets it run however long the server likes. Default: the transport's. */
  timeout?: number;
  /** Called once the server has accepted the watch. */
  onOpen?: () => void;
}

const newline = 0x0a;

/**
 * One watch, event by event, until the server ends it: no reconnecting. `ERROR` events are handed on
 * like the others.
 * @throws ApiStatusError when the server refuses; KctlError `connection` when the stream breaks or
 * holds what is no event
 */
export async function* watchLines<T = WatchEvent['object']>(
  transport: Transport,
  request: WatchRequest,
): AsyncGenerator<WatchEvent<T>, void, void> {
  const response = await transport.send({
    method: 'GET',
    path: request.path,
    query: { ...request.query, watch: '1' },
    ...(request.accept ? { accept: request.accept } : {}),
    ...(request.signal ? { signal: request.signal } : {}),
    ...(request.timeout === undefined ? {} : { timeout: request.timeout }),
  });
  if (response.status >= 300) {
    throw statusError(response.status, await response.text(), { method: 'GET', path: request.path });
  }
  request.onOpen?.();
  let rest: Buffer[] = [];
  let kept = 0;
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
        rest.push(chunk.subarray(start, end));
        const line = rest.length === 1 ? rest[0]! : Buffer.concat(rest);
        rest = [];
        kept = 0;
        start = end + 1;
        if (line.length > 0) yield parseEvent<T>(line);
      }
      if (start < chunk.length) rest.push(chunk.subarray(start));
      kept += chunk.length - start;
      if (kept > eventLimit) throw new KctlError('connection', 'an event of the watch stream has no end');
    }
  } catch (error) {
    if (request.signal?.aborted) throw request.signal.reason;
    throw bodyError(error);
  }
}

function parseEvent<T>(line: Buffer): WatchEvent<T> {
  try {
    const event = parseExactJson(line.toString('utf8')) as WatchEvent<T>;
    if (event && typeof event.type === 'string' && event.object) return event;
  } catch {
    // Told below, together with lines that are JSON but no event.
  }
  throw new KctlError('connection', 'unable to decode an event from the watch stream', { prefix: '' });
}
