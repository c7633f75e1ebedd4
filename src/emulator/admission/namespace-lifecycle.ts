import { ApiStatusError } from '../../api/status.ts';
import { failure, forbidden, notFound } from '../errors.ts';
import type { AdmissionPlugin } from '../registry/machine.ts';
import { refusal } from './refuse.ts';

/** Namespaces that hold the cluster together; they are never deleted. */
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);

/** Nothing is made in a namespace that does not exist or is ending. */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  admit(request) {
    const { operation, resource, namespace, name, machine } = request;
    if (operation === 'DELETE') {
      if (resource.storage === 'namespaces' && IMMORTAL.has(name)) {
        throw forbidden(resource, name, 'this namespace may not be deleted');
      }
      return;
    }
    if (operation !== 'CREATE' || !resource.namespaced || namespace === undefined) return;
    const found = machine.store.get('namespaces', undefined, namespace);
    if (!found) throw notFound({ group: '', plural: 'namespaces' }, namespace);
    if (!found.metadata.deletionTimestamp) return;
    const error = refusal(
      request,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    );
    throw new ApiStatusError(
      failure(403, 'Forbidden', error.message, {
        ...error.status.details,
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: `namespace ${namespace} is being terminated`,
            field: 'metadata.namespace',
          },
        ],
      }),
    );
  },
};
