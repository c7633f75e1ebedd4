import { badRequest } from '../errors.ts';
import type { UserInfo } from '../registry/machine.ts';
import { authorize } from './authorize.ts';
import type { Exchange } from './exchange.ts';

/**
 * The user a request is made for: the one in `Impersonate-User` (with `-Group`, `-Uid`, `-Extra-*`)
 * where the sender may impersonate, else the sender.
 */
export function impersonated({ request, user, context }: Exchange): UserInfo {
  const name = request.headers['impersonate-user'];
  const wanted = [request.headersDistinct['impersonate-group'] ?? []].flat();
  if (typeof name !== 'string' || name === '') {
    if (wanted.length > 0) throw badRequest('requested [{Group}] without impersonating a user');
    return user;
  }
  const { store } = context.machine;
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name);
  authorize(
    store,
    user,
    account
      ? { verb: 'impersonate', resource: 'serviceaccounts', namespace: account[1]!, name: account[2]! }
      : { verb: 'impersonate', resource: 'users', name },
  );
  for (const group of wanted) authorize(store, user, { verb: 'impersonate', resource: 'groups', name: group });
  const implied = account
    ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`, 'system:authenticated']
    : name === 'system:anonymous'
      ? ['system:unauthenticated']
      : ['system:authenticated'];
  const uid = request.headers['impersonate-uid'];
  const extra: Record<string, string[]> = {};
  for (const [header, values] of Object.entries(request.headersDistinct)) {
    if (header.startsWith('impersonate-extra-') && values) {
      extra[decodeURIComponent(header.slice('impersonate-extra-'.length))] = values;
    }
  }
  return {
    name,
    groups: [...new Set([...wanted, ...implied])],
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(Object.keys(extra).length > 0 ? { extra } : {}),
  };
}
