import { ApiStatusError } from '../../api/status.ts';
import { failure, methodNotAllowed } from '../errors.ts';
import type { Exchange } from './exchange.ts';
import { MEDIA_TYPES } from './negotiate.ts';

const ANYTHING: readonly string[] = ['*/*'];

const STREAMED = [...MEDIA_TYPES, 'application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];

/** What routes say that they give where it is more than objects: by verb, or by subresource. */
const more: Readonly<Record<string, readonly string[]>> = {
  list: STREAMED,
  watch: STREAMED,
  log: ['text/plain', ...MEDIA_TYPES],
  exec: ANYTHING,
  attach: ANYTHING,
  portforward: ANYTHING,
  proxy: ANYTHING,
};

/** What the route of a resource with this verb, or of a subresource, says that it gives. */
export const producedBy = (route: string): readonly string[] => more[route] ?? MEDIA_TYPES;

/**
 * Refuses a request before its route looks at it: only whole types and the one wildcard of all count (go-restful, jsr311.go).
 * @param types what the route gives
 * @throws ApiStatusError 406
 */
export function checkProduced(accept: string | undefined, types: readonly string[] = MEDIA_TYPES): void {
  if (!accept || types === ANYTHING) return;
  const clauses = accept.split(',').map((clause) => clause.split(';')[0]!.trim());
  if (clauses.some((clause) => clause === '*/*' || types.includes(clause))) return;
  const representations = `\n\nAvailable representations: ${types.join(', ')}`;
  // Of lists there are older recordings, which say no more.
  const message = `406: Not Acceptable${types === STREAMED ? '' : representations}`;
  throw new ApiStatusError(failure(406, 'NotAcceptable', message, {}));
}

/**
 * Refuses what a path that can only be read does not answer.
 * @param types what it gives
 * @throws ApiStatusError 405, 406
 */
export function checkRoute({ method, request }: Exchange, types?: readonly string[]): void {
  if (method !== 'GET') throw methodNotAllowed();
  checkProduced(request.headers.accept, types);
}
