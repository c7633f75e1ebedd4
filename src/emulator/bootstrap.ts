import type { KubeObject } from '../api/meta.ts';
import { createObject } from './registry/create.ts';
import type { Machine } from './registry/machine.ts';
import { SYSTEM_USER } from './registry/machine.ts';

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Makes what a server cannot be without, where it is missing: its namespaces. */
export function bootstrap(machine: Machine): void {
  for (const name of NAMESPACES)
    ensure(machine, 'namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

function ensure(machine: Machine, resource: string, object: KubeObject): void {
  const { namespace, name = '' } = object.metadata;
  if (machine.store.get(resource, namespace, name)) return;
  createObject(machine, machine.catalog.named(resource)!, namespace, object, {
    user: SYSTEM_USER,
    manager: 'kube-apiserver',
  });
}
