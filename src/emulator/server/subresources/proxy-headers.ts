import type { IncomingMessage } from 'node:http';
import { offeredProtocols } from '../streams/accept.ts';

export type Header = readonly [string, string];

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function pairs({ rawHeaders }: IncomingMessage): Header[] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, at) => [rawHeaders[2 * at]!, rawHeaders[2 * at + 1]!]);
}

/** Headers that are not of one connection alone (RFC 9110, section 7.6.1). */
export function endToEnd(message: IncomingMessage): Header[] {
  const named = (message.headers.connection ?? '').toLowerCase().split(/\s*,\s*/);
  return pairs(message).filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()) && !named.includes(name.toLowerCase()));
}

/** Headers of the client's for the backend: who he is to this server is not told. */
export function forwarded(request: IncomingMessage): Header[] {
  const kept = endToEnd(request).filter(([name]) => !isOurs(name) && name.toLowerCase() !== 'x-forwarded-for');
  return [...kept, forwardedFor(request), ...bodyFraming(request)];
}

/** As `forwarded`, for a request that leaves HTTP: those of its one connection go along. */
export function forwardedUpgrade(request: IncomingMessage): Header[] {
  const kept = pairs(request).flatMap(([name, value]): Header[] => {
    if (isOurs(name) || name.toLowerCase() === 'x-forwarded-for') return [];
    if (name.toLowerCase() !== 'sec-websocket-protocol') return [[name, value]];
    // One of them may carry the client's token.
    const spoken = offeredProtocols(request);
    return spoken.length > 0 ? [[name, spoken.join(', ')]] : [];
  });
  return [...kept, forwardedFor(request)];
}

const isOurs = (name: string): boolean => /^(authorization|impersonate-.*|x-forwarded-uri)$/i.test(name);

function forwardedFor({ headers, socket }: IncomingMessage): Header {
  const before = [headers['x-forwarded-for'] ?? []].flat();
  return ['X-Forwarded-For', [...before, socket.remoteAddress ?? ''].join(', ')];
}

const bodyFraming = ({ headers }: IncomingMessage): Header[] =>
  headers['transfer-encoding'] ? [['Transfer-Encoding', 'chunked']] : [];
