import type { KubeObject } from '../../api/meta.ts';
import { ApiStatusError } from '../../api/status.ts';
import { badRequest, expired, failure } from '../errors.ts';
import { decodeContinue, encodeContinue } from '../storage/continue-token.ts';
import type { Store } from '../storage/store.ts';
import type { ServedResource } from './catalog.ts';
import type { Predicate } from './fields.ts';

export interface ListRequest {
  namespace: string | undefined;
  selects: Predicate | undefined;
  /** 0: all. */
  limit: number;
  continue: string;
  resourceVersion: string;
  /** '' where the request says nothing. */
  resourceVersionMatch: string;
}

export interface ListResult {
  objects: KubeObject[];
  resourceVersion: string;
  continue?: string;
  remaining?: number;
}

const EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** One page of a list, in key order, at one revision. */
export function listObjects(store: Store, resource: ServedResource, request: ListRequest): ListResult {
  const { start, revision, all } = whereToRead(store, resource, request);
  // Any version will do for "0", and a server gives all that it has of it.
  const limit = request.resourceVersion === '0' && !request.continue ? 0 : request.limit;
  const objects: KubeObject[] = [];
  let last = '';
  let remaining = 0;
  for (const object of all) {
    const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    if (start !== '' && key <= start) continue;
    if (request.selects && !request.selects(object)) continue;
    if (limit > 0 && objects.length === limit) {
      remaining++;
      continue;
    }
    objects.push(object);
    last = key;
  }
  const result: ListResult = { objects, resourceVersion: String(revision) };
  if (remaining > 0) {
    result.continue = encodeContinue({ revision, start: last });
    // With a selector the server cannot know how many are left without reading them.
    if (!request.selects) result.remaining = remaining;
  }
  return result;
}

function whereToRead(store: Store, resource: ServedResource, request: ListRequest) {
  const { namespace } = request;
  if (request.continue) {
    if (request.resourceVersion && request.resourceVersion !== '0') {
      throw badRequest('specifying resource version is not allowed when using continue');
    }
    const { revision, start } = decodeContinue(request.continue);
    if (revision < 0) return { start, revision: store.revision, all: store.list(resource.storage, namespace) };
    if (revision > store.revision) throw tooLarge(revision, store.revision);
    const all = store.listAt(revision, resource.storage, namespace);
    if (!all) throw expired(EXPIRED, encodeContinue({ revision: -1, start }));
    return { start, revision, all };
  }
  const wanted = listVersion(request.resourceVersion);
  if (wanted > store.revision) throw tooLarge(wanted, store.revision);
  // A page of a version that is named is of exactly that version, as it was before there was a match.
  const isPage = request.limit > 0 && wanted > 0 && request.resourceVersionMatch === '';
  if (request.resourceVersionMatch === 'Exact' || isPage) {
    const all = store.listAt(wanted, resource.storage, namespace);
    if (!all) throw expired('The resourceVersion for the provided list is too old.');
    return { start: '', revision: wanted, all };
  }
  return { start: '', revision: store.revision, all: store.list(resource.storage, namespace) };
}

/** @throws ApiStatusError 400 */
function listVersion(text: string): number {
  try {
    return parseVersion(text);
  } catch (error) {
    throw badRequest(`invalid resource version: ${(error as Error).message}`);
  }
}

/** @throws ApiStatusError 500 in the words of the real server */
export function parseVersion(text: string): number {
  if (text === '') return 0;
  if (/^\d+$/.test(text)) return Number(text);
  throw new ApiStatusError(
    failure(
      500,
      '',
      `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    ),
  );
}

/** 504: the client is ahead of this server (its data were restored, perhaps). */
export function tooLarge(wanted: number, current: number): ApiStatusError {
  return new ApiStatusError(
    failure(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    }),
  );
}
