import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { Lister } from '../client.ts';
import { timestamp } from '../clock.ts';
import type { StatusCondition } from './conditions.ts';
import { type ControlContext, type Controller, keyOf } from './controller.ts';
import { knownResources } from './known-resources.ts';
import { writeStatus } from './ownership.ts';
import type { Again } from './work-queue.ts';

const ROOT_CA = 'kube-root-ca.crt';
/** So long after a change a namespace that ends is looked at: what was still made in it is there to be seen by then. */
const GRACE_MS = 5000;
/** Whoever has a finalizer on something is believed to need so long. */
const FINALIZER_SECONDS = 15;

/** What every namespace holds (the default ServiceAccount, the root CA), and how one ends: content first. */
export function namespaceController(context: ControlContext, rootCa: string): Controller {
  return {
    name: 'namespace-controller',
    watches: {
      namespaces: (event) => (event.type === 'DELETED' ? [] : [keyOf(event.object)]),
      serviceaccounts: ({ type, object }) =>
        type === 'DELETED' && object.metadata.name === 'default' ? [object.metadata.namespace!] : [],
      configmaps: ({ object }) => (object.metadata.name === ROOT_CA ? [object.metadata.namespace!] : []),
    },
    patience: (name) => (context.lister.get('namespaces', undefined, name)?.metadata.deletionTimestamp ? GRACE_MS : 0),
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
 * them (KEP-5080). When nothing is left, lets the namespace go; else looks again after half of what the rest may need.
 * (kubernetes pkg/controller/namespace/deletion)
 */
async function end(context: ControlContext, namespace: KubeObject): Promise<Again> {
  const { client, lister } = context;
  const name = namespace.metadata.name!;
  const failures: string[] = [];
  let estimate = 0;
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
    if (objects.length === 0) return [];
    const seconds = resource === 'pods' ? graceLeft(context, namespace, objects) : 0;
    const isHeld = objects.some(({ metadata }) => metadata.finalizers?.length);
    if (seconds === 0 && !isHeld) {
      failures.push(`unexpected items still remain in namespace: ${name} for gvr: ${gvrOf(lister, resource)}`);
    }
    estimate = Math.max(estimate, seconds || FINALIZER_SECONDS);
    return [{ resource, objects }];
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
  return (Math.floor(estimate / 2) + 1) * 1000;
}

/** `apps/v1, Resource=deployments` */
function gvrOf(lister: Lister, resource: string): string {
  const [plural, ...group] = resource.split('.');
  const { version } = knownResources(lister).find(({ name }) => name === resource)!;
  return `${group.join('.')}/${version}, Resource=${plural}`;
}

/** The longest that its pods may take to end, in seconds; 0 once that is over. */
function graceLeft({ clock }: ControlContext, namespace: KubeObject, pods: readonly KubeObject[]): number {
  const seconds = pods
    .filter((pod) => pod['status']?.phase !== 'Succeeded' && pod['status']?.phase !== 'Failed')
    .map((pod) => Number(pod['spec'].terminationGracePeriodSeconds ?? 0));
  const longest = Math.max(0, ...seconds);
  const passed = clock.now() - Date.parse(namespace.metadata.deletionTimestamp!);
  return passed >= longest * 1000 ? 0 : longest;
}

/** `configmaps.`, `deployments.apps`: the name and the group, which of core resources is empty. */
const withGroup = (resource: string): string => (resource.includes('.') ? resource : `${resource}.`);

/** The conditions with this one in its place; other words are news, too. */
function told(conditions: readonly StatusCondition[], next: StatusCondition, now: string): StatusCondition[] {
  const known = conditions.find(({ type }) => type === next.type);
  if (!known) return [...conditions, { ...next, lastTransitionTime: now }];
  const since = known.status === next.status ? (known.lastTransitionTime ?? now) : now;
  return conditions.map((one) => (one === known ? { ...next, lastTransitionTime: since } : one));
}

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
    conditions = told(conditions, { ...condition, status }, timestamp(context.clock));
  }
  await writeStatus(context, 'namespaces', namespace, { ...namespace['status'], phase: 'Terminating', conditions });
}
