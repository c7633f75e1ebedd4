import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ImageStore } from '../store/types.ts';
import { RegistryError } from './registry-error.ts';
import type { Uploads } from './uploads.ts';

/** One request, as its handler sees it. */
export interface RegistryCall {
  request: IncomingMessage;
  response: ServerResponse;
  store: ImageStore;
  uploads: Uploads;
  /** Of the path: `shop/web`; '' where the path has none. */
  repository: string;
  /** What the path ends with: a tag, a digest, the id of an upload. */
  last: string;
  query: URLSearchParams;
}

/** What the client sends. Who stops reading it can still answer. */
export function bodyOf({ request }: Pick<RegistryCall, 'request'>): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false });
}

export type RegistryHandler = (call: RegistryCall) => Promise<void>;

/** Answers without a body. */
export function answer(
  { response }: RegistryCall,
  status: number,
  headers: Record<string, string | string[]> = {},
): void {
  response.writeHead(status, { ...headers, 'content-length': '0' });
  response.end();
}

/** Answers with a document; to HEAD with its headers only. */
export function answerJson(
  { request, response }: Pick<RegistryCall, 'request' | 'response'>,
  status: number,
  content: object,
  headers: Record<string, string> = {},
): void {
  const body = Buffer.from(JSON.stringify(content));
  response.writeHead(status, { 'content-type': 'application/json', ...headers, 'content-length': String(body.length) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Answers a `204`, which has no length. */
export function answerNothing({ response }: RegistryCall, headers: Record<string, string> = {}): void {
  response.writeHead(204, headers);
  response.end();
}

/**
 * The part of an ordered list that `n` and `last` ask for, with the address of the next one (distribution-spec,
 * listing tags).
 * @throws RegistryError for an `n` that is no number
 */
export function pageOf(
  { query }: RegistryCall,
  path: string,
  names: readonly string[],
): { names: readonly string[]; headers: Record<string, string> } {
  const last = query.get('last');
  const asked = query.get('n');
  if (asked !== null && !/^\d{1,9}$/.test(asked)) {
    throw new RegistryError('PAGINATION_NUMBER_INVALID', `n must be a number, not ${JSON.stringify(asked)}`);
  }
  const rest = last === null ? names : names.filter((name) => name > last);
  const page = rest.slice(0, asked === null ? undefined : Number(asked));
  if (page.length === 0 || page.length === rest.length) return { names: page, headers: {} };
  const next = new URLSearchParams({ n: asked!, last: page.at(-1)! });
  return { names: page, headers: { link: `<${path}?${next}>; rel="next"` } };
}
