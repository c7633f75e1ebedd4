import type { KubeObject } from '../../api/meta.ts';
import { forbidden } from '../errors.ts';
import { deleteAdmitted } from '../registry/delete.ts';
import { type AdmissionPlugin, type Machine, SYSTEM_USER } from '../registry/machine.ts';
import { CLEANUP_FINALIZER } from '../registry/strategy.ts';
import { DEFINITIONS, writeStatus } from './conditions.ts';

/**
 * Deletes the objects of a definition that is going, each with its own finalizers respected; the
 * definition goes with the last of them. To be called again whenever one is gone.
 */
export function removeInstances(machine: Machine, definition: KubeObject): void {
  const name = definition.metadata.name ?? '';
  const finalizers = definition.metadata.finalizers ?? [];
  if (!finalizers.includes(CLEANUP_FINALIZER)) return;
  const resource = machine.catalog.named(name);
  for (const object of resource ? machine.store.list(name) : []) {
    if (object.metadata.deletionTimestamp) continue;
    // Nobody is asked: the definition was let go (apiextensions-apiserver, crd_finalizer.go).
    deleteAdmitted(machine, resource!, object, { user: SYSTEM_USER, manager: 'kube-apiserver' });
  }
  if (machine.store.list(name).length > 0) {
    writeStatus(machine, definition, [
      {
        type: 'Terminating',
        status: 'True',
        reason: 'InstanceDeletionInProgress',
        message: 'CustomResource deletion is in progress',
      },
    ]);
    return;
  }
  const others = finalizers.filter((finalizer) => finalizer !== CLEANUP_FINALIZER);
  if (others.length === 0) machine.store.delete(DEFINITIONS, undefined, name);
  else machine.store.put(DEFINITIONS, { ...definition, metadata: { ...definition.metadata, finalizers: others } });
}

/** Nothing new is made of a definition that is going. */
export const definitionLifecycle: AdmissionPlugin = {
  name: 'CustomResourceDefinitionLifecycle',
  admit({ operation, resource, name, machine }) {
    if (operation !== 'CREATE' || !resource.custom) return;
    const definition = machine.store.get(DEFINITIONS, undefined, resource.custom.definition);
    if (!definition?.metadata.deletionTimestamp) return;
    throw forbidden(resource, name, 'create not allowed while custom resource definition is terminating');
  },
};
