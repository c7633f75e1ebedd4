import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerContext } from '../exchange.ts';

/** A request to the kubelet of one node. */
export interface KubeletRequest {
  context: ServerContext;
  node: string;
  /** What follows the route's own path, in parts. */
  parts: string[];
  query: URLSearchParams;
  request: IncomingMessage;
  response: ServerResponse;
}

export type KubeletHandler = (asked: KubeletRequest) => Promise<void> | void;

/** A URL's path in parts, decoded where that is possible, and its query. */
export function pathAndQuery(url = '/'): { path: string; parts: string[]; query: URLSearchParams } {
  const [, path = '', search = ''] = /^([^?]*)\??(.*)$/s.exec(url) ?? [];
  const parts = path.split('/').filter(Boolean).map(decoded);
  return { path: `/${parts.join('/')}`, parts, query: new URLSearchParams(search) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function sendText(
  response: ServerResponse,
  code: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(code, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }).end(text);
}

export function sendJson(response: ServerResponse, value: unknown): void {
  sendText(response, 200, JSON.stringify(value), 'application/json');
}
