import { createObject } from './registry/create.ts';
import { type Machine, SYSTEM_USER } from './registry/machine.ts';

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Makes the namespaces that no server is without, where they are missing; the seed brings the rest. */
export function bootstrap(machine: Machine): void {
  const resource = machine.catalog.named('namespaces')!;
  for (const name of NAMESPACES) {
    if (machine.store.get(resource.storage, undefined, name)) continue;
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    createObject(machine, resource, undefined, object, { user: SYSTEM_USER, manager: 'kube-apiserver' });
  }
}
