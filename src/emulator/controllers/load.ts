import type { KubeObject } from '../../api/meta.ts';
import type { Lister, StoreEvent } from '../client.ts';
import { LOAD, LOAD_FROM } from '../runtime/load.ts';
import { type ControlContext, type Controller, keyOf, splitKey } from './controller.ts';

/** What a load can be set of, by kind. */
export const LOADED: Readonly<Record<string, string>> = {
  Deployment: 'deployments.apps',
  StatefulSet: 'statefulsets.apps',
  DaemonSet: 'daemonsets.apps',
  ReplicaSet: 'replicasets.apps',
  ReplicationController: 'replicationcontrollers',
  Job: 'jobs.batch',
  CronJob: 'cronjobs.batch',
  Pod: 'pods',
};

/** What a workload is made of, besides pods. */
const PARTS: Readonly<Record<string, string>> = {
  'deployments.apps': 'replicasets.apps',
  'cronjobs.batch': 'jobs.batch',
};

const KEYS = [LOAD.cpu, LOAD.memory, LOAD_FROM] as const;
type Marks = Readonly<Partial<Record<string, string>>>;

/**
 * Hands what annotations of a workload say of its load on to its pods, those that are there and those to come,
 * and takes it back with them. The template stays as it is, so that nothing is rolled out.
 */
export function loadController(context: ControlContext): Controller {
  const { client, lister } = context;
  const watches: Controller['watches'] = {
    pods: ({ type, object, previous }) => {
      if (type === 'DELETED') return [];
      if (type === 'MODIFIED' && object.metadata.annotations === previous!.metadata.annotations) return [];
      return isMarked(object, marksFor(lister, object)) ? [] : [keyOf(object)];
    },
  };
  for (const resource of Object.values(LOADED)) {
    if (resource === 'pods') continue;
    (watches as Record<string, Controller['watches'][string]>)[resource] = (event) =>
      isOther(event) ? podsOf(lister, resource, event.object).map(keyOf) : [];
  }
  return {
    name: 'load',
    watches,
    reconcile: async (key) => {
      const pod = lister.get<KubeObject>('pods', ...splitKey(key));
      if (!pod || pod.metadata.deletionTimestamp) return undefined;
      const marks = marksFor(lister, pod);
      if (isMarked(pod, marks)) return undefined;
      const others = Object.entries(pod.metadata.annotations ?? {}).filter(
        ([name]) => !KEYS.some((key) => key === name),
      );
      const annotations = { ...Object.fromEntries(others), ...marks } as Record<string, string>;
      await client.update('pods', { ...pod, metadata: { ...pod.metadata, annotations } });
      return undefined;
    },
  };
}

/** A change of what is said of the load. */
function isOther({ type, object, previous }: StoreEvent): boolean {
  if (type === 'DELETED') return false;
  const { annotations } = object.metadata;
  const before = previous?.metadata.annotations;
  return annotations?.[LOAD.cpu] !== before?.[LOAD.cpu] || annotations?.[LOAD.memory] !== before?.[LOAD.memory];
}

function podsOf(lister: Lister, resource: string, owner: KubeObject): readonly KubeObject[] {
  const uid = owner.metadata.uid!;
  const part = PARTS[resource];
  if (!part) return lister.controlledBy('pods', uid);
  return lister.controlledBy(part, uid).flatMap((one) => lister.controlledBy('pods', one.metadata.uid!));
}

/** What a pod has to carry: what its workload says, and otherwise what it says itself. */
function marksFor(lister: Lister, pod: KubeObject): Marks {
  const own = pod.metadata.annotations ?? {};
  const owner = workloadOf(lister, pod);
  const { [LOAD.cpu]: cpu, [LOAD.memory]: memory } = owner?.metadata.annotations ?? {};
  if (owner && (cpu !== undefined || memory !== undefined)) {
    return {
      ...(cpu === undefined ? {} : { [LOAD.cpu]: cpu }),
      ...(memory === undefined ? {} : { [LOAD.memory]: memory }),
      [LOAD_FROM]: `${owner.kind}/${owner.metadata.name}`,
    };
  }
  if (own[LOAD_FROM] !== undefined) return {};
  return Object.fromEntries(Object.entries(own).filter(([name]) => name === LOAD.cpu || name === LOAD.memory));
}

const isMarked = (pod: KubeObject, marks: Marks): boolean =>
  KEYS.every((key) => pod.metadata.annotations?.[key] === marks[key]);

/** What the pod is part of in the end: of a Deployment, not of its ReplicaSet, which copies annotations and keeps them. */
function workloadOf(lister: Lister, object: KubeObject): KubeObject | undefined {
  const reference = object.metadata.ownerReferences?.find(({ controller }) => controller);
  const resource = reference && LOADED[reference.kind];
  const owner = resource && lister.get<KubeObject>(resource, object.metadata.namespace, reference.name);
  if (!owner || owner.metadata.uid !== reference.uid) return undefined;
  return workloadOf(lister, owner) ?? owner;
}
