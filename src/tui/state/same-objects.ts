import { parseObjectPath } from '../../api/object-path.ts';
import { resourcePath } from '../../api/resource.ts';
import type { ApiRequest, Transport } from '../../kube/cluster.ts';
import type { ObjectRef } from '../views/view.ts';

type Options = { preconditions?: { uid?: string }; deleteOptions?: Options };

/**
 * The transport, with the uid of each object that was looked at put to what deletes or evicts it: the server then
 * refuses (409) where another object has taken the name meanwhile.
 */
export function forSameObjects<Kind extends Pick<Transport, 'json'>>(
  transport: Kind,
  targets: readonly ObjectRef[],
): Kind {
  const uids = new Map(
    targets.flatMap(({ resource, namespace, name, uid }) =>
      uid ? [[resourcePath(resource, { namespace, name }), uid] as const] : [],
    ),
  );
  if (uids.size === 0) return transport;
  return { ...transport, json: async <T>(request: ApiRequest) => transport.json<T>(withUid(request, uids)) };
}

function withUid(request: ApiRequest, uids: ReadonlyMap<string, string>): ApiRequest {
  const isEviction = request.method === 'POST' && parseObjectPath(request.path)?.subresource === 'eviction';
  if (request.method !== 'DELETE' && !isEviction) return request;
  const uid = uids.get(isEviction ? request.path.replace(/\/eviction$/, '') : request.path);
  const options = uid === undefined ? undefined : parsed(request.body);
  if (!options || uid === undefined) return request;
  const sent = isEviction
    ? { ...options, deleteOptions: withPrecondition(options.deleteOptions ?? {}, uid) }
    : withPrecondition({ apiVersion: 'v1', kind: 'DeleteOptions', ...options }, uid);
  return { ...request, contentType: 'application/json', body: JSON.stringify(sent) };
}

/** What the command says itself holds. */
function withPrecondition<Given extends Options>(options: Given, uid: string): Given {
  return { ...options, preconditions: { uid, ...options.preconditions } };
}

function parsed(body: ApiRequest['body']): Options | undefined {
  if (body === undefined || body === '') return {};
  try {
    return JSON.parse(String(body)) as Options;
  } catch {
    return undefined;
  }
}
