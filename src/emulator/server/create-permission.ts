import { badRequest, forbidden } from '../errors.ts';
import { decide } from './authorize.ts';
import type { Exchange } from './exchange.ts';
import type { ResourceTarget } from './request-info.ts';

/**
 * Asked when a PUT or an apply turns out to make an object: who may change objects may not therefore make
 * them, and makes none by another name than that of the path (apiserver, endpoints/handlers, withAuthorization).
 * @throws ApiStatusError 400, 403
 */
export function creationCheck({ context, user }: Exchange, target: ResourceTarget): (made: string) => void {
  const { group, version, plural, resource, namespace, name = '' } = target;
  return (made) => {
    if (made !== name) {
      throw badRequest(`the name of the object (${made}) does not match the name on the URL (${name})`);
    }
    const asked = { verb: 'create', group, version, resource: plural, name, ...(namespace ? { namespace } : {}) };
    const { allowed, reason } = decide(context.machine.store, user, asked);
    if (!allowed) throw forbidden(resource, name, reason);
  };
}
