import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import { timestamp } from '../clock.ts';
import { type StatusCondition, withCondition } from './conditions.ts';
import { type ControlContext, type Controller, keyOf } from './controller.ts';
import { knownResources } from './known-resources.ts';
import { writeStatus } from './ownership.ts';
import type { Again } from './work-queue.ts';

const ROOT_CA = 'kube-root-ca.crt';

/** What every namespace holds (the default ServiceAccount, the root CA), and how one ends: content first. */
export function namespaceController(context: ControlContext, rootCa: string): Controller {
  return {
    name: 'namespace-controller',
    watches: {
      namespaces: (event) => (event.type === 'DELETED' ? [] : [keyOf(event.object)]),
      serviceaccounts: ({ type, object }) =>
        type === 'DELETED' && object.metadata.name === 'default' ? [object.metadata.namespace!] : [],
      configmaps: ({ object }) => (object.metadata.name === ROOT_CA ? [object.metadata.namespace!] : []),
      // Each object that goes may have been the last one of a namespace that ends.
      '*': ({ type, object }) => {
        const { namespace } = object.metadata;
        if (type !== 'DELETED' || !namespace) return [];
        return context.lister.get('namespaces', undefined, namespace)?.metadata.deletionTimestamp ? [namespace] : [];
      },
    },
    concurrency: 2,
    reconcile: async (name) => {
      const namespace = context.lister.get('namespaces', undefined, name);
      if (!namespace) return undefined;
      if (namespace.metadata.deletionTimestamp) return end(context, namespace);
      await furnish(context, name, rootCa);
      return undefined;
    },
  };
}

async function furnish(context: ControlContext, namespace: string, rootCa: string): Promise<void> {
  const { client, lister } = context;
  if (!lister.get('serviceaccounts', namespace, 'default')) {
    await createUnlessThere(context, 'serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace },
    });
  }
  const stored = lister.get('configmaps', namespace, ROOT_CA);
  const data = { 'ca.crt': rootCa };
  if (!stored) {
    await createUnlessThere(context, 'configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: ROOT_CA,
        namespace,
        annotations: {
          'kubernetes.io/description':
            "Holds the certificate of the CA that signed this cluster's API server, so that pods of this namespace can verify it.",
        },
      },
      data,
    });
  } else if (stored['data']?.['ca.crt'] !== rootCa && !stored.metadata.deletionTimestamp) {
    await client.update('configmaps', { ...stored, data });
  }
}

async function createUnlessThere(context: ControlContext, resource: string, object: KubeObject): Promise<void> {
  try {
    await context.client.create(resource, object);
  } catch (error) {
    if (!isApiError(error, 'AlreadyExists') && !isApiError(error, 'NotFound') && !isApiError(error, 'Forbidden'))
      throw error;
  }
}

interface Remaining {
  resource: string;
  objects: readonly KubeObject[];
}

/**
 * Deletes all content, custom kinds included: pods first, and the rest when none is left, so that nothing they need goes before
 * them (KEP-5080). When nothing is left, lets the namespace go.
 */
async function end(context: ControlContext, namespace: KubeObject): Promise<Again> {
  const { client, lister } = context;
  const name = namespace.metadata.name!;
  const failures: string[] = [];
  const empty = async (resource: string): Promise<Remaining[]> => {
    for (const object of lister.list(resource, name)) {
      if (object.metadata.deletionTimestamp) continue;
      try {
        await client.delete(resource, name, object.metadata.name!, { propagationPolicy: 'Background' });
      } catch (error) {
        if (!isApiError(error, 'NotFound')) failures.push((error as Error).message);
      }
    }
    const objects = lister.list(resource, name);
    return objects.length > 0 ? [{ resource, objects }] : [];
  };
  const pods = await empty('pods');
  const remaining: Remaining[] = [];
  if (pods.length === 0) {
    for (const { name: resource, namespaced } of knownResources(lister)) {
      if (namespaced && resource !== 'pods') remaining.push(...(await empty(resource)));
    }
  }
  if (pods.length + remaining.length === 0 && failures.length === 0) {
    try {
      await client.finalizeNamespace(name);
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error;
    }
    return undefined;
  }
  // What pods leave waiting is not counted before they are gone.
  await showRemaining(context, name, remaining, failures);
  if (failures.length > 0) throw new Error(failures[0]);
  return undefined;
}

/** `configmaps.`, `deployments.apps`: the name and the group, which of core resources is empty. */
const withGroup = (resource: string): string => (resource.includes('.') ? resource : `${resource}.`);

async function showRemaining(
  context: ControlContext,
  name: string,
  remaining: readonly Remaining[],
  failures: readonly string[],
): Promise<void> {
  const namespace = context.lister.get('namespaces', undefined, name);
  if (!namespace) return;
  const counts = remaining
    .map(({ resource, objects }) => `${withGroup(resource)} has ${objects.length} resource instances`)
    .sort();
  const finalizers = new Map<string, number>();
  for (const object of remaining.flatMap(({ objects }) => objects)) {
    for (const finalizer of object.metadata.finalizers ?? [])
      finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
  }
  const held = [...finalizers].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).sort();
  const shown: Omit<StatusCondition, 'status'>[] = [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      reason: 'ResourcesDiscovered',
      message: 'All resources successfully discovered',
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      reason: 'ParsedGroupVersions',
      message: 'All legacy kube types successfully parsed',
    },
    failures.length > 0
      ? {
          type: 'NamespaceDeletionContentFailure',
          reason: 'ContentDeletionFailed',
          message: `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(', ')}`,
        }
      : {
          type: 'NamespaceDeletionContentFailure',
          reason: 'ContentDeleted',
          message: 'All content successfully deleted, may be waiting on finalization',
        },
    counts.length > 0
      ? {
          type: 'NamespaceContentRemaining',
          reason: 'SomeResourcesRemain',
          message: `Some resources are remaining: ${counts.join(', ')}`,
        }
      : { type: 'NamespaceContentRemaining', reason: 'ContentRemoved', message: 'All content successfully removed' },
    held.length > 0
      ? {
          type: 'NamespaceFinalizersRemaining',
          reason: 'SomeFinalizersRemain',
          message: `Some content in the namespace has finalizers remaining: ${held.join(', ')}`,
        }
      : {
          type: 'NamespaceFinalizersRemaining',
          reason: 'ContentHasNoFinalizers',
          message: 'All content-preserving finalizers finished',
        },
  ];
  const bad = new Set(['ContentDeletionFailed', 'SomeResourcesRemain', 'SomeFinalizersRemain']);
  let conditions: StatusCondition[] = namespace['status']?.conditions ?? [];
  for (const condition of shown) {
    const status = bad.has(condition.reason!) ? 'True' : 'False';
    conditions = withCondition(conditions, { ...condition, status }, timestamp(context.clock));
  }
  await writeStatus(context, 'namespaces', namespace, { ...namespace['status'], phase: 'Terminating', conditions });
}
