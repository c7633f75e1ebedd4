import type { KubeObject } from '../../api/meta.ts';
import { ClusterState } from '../../api/scheduling/cluster-state.ts';
import { diagnose } from '../../api/scheduling/diagnosis.ts';
import { chooseNode } from '../../api/scheduling/scores/index.ts';
import type { ObjectSource } from '../../api/scheduling/source.ts';
import type { World } from '../why/world.ts';

/** What placing pods depends on besides nodes and pods, as scheduling names it; the second list only where pods have claims. */
const wanted = ['namespaces', 'services', 'replicasets.apps', 'statefulsets.apps'];
const ofClaims = [
  'persistentvolumeclaims',
  'persistentvolumes',
  'storageclasses.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'csidrivers.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
  'csistoragecapacities.storage.k8s.io',
];

/** Where the pods that leave would find a new place, one after the other. */
export interface NewPlaces {
  /** The node that takes what is made in place of `pod`, or what the scheduler says where none does. */
  place(pod: KubeObject): { node: string } | { message: string };
}

/**
 * @param leaving the pods that go: they take no place any more
 * @param drained nodes that take no pods any more
 */
export async function readNewPlaces(
  world: World,
  leaving: readonly KubeObject[],
  drained: ReadonlySet<string>,
): Promise<NewPlaces> {
  const hasClaims = leaving.some(({ spec }) =>
    (spec.volumes ?? []).some(
      (volume: Record<string, unknown>) => volume['persistentVolumeClaim'] ?? volume['ephemeral'],
    ),
  );
  const resources = hasClaims ? [...wanted, ...ofClaims] : wanted;
  const [nodes, pods, ...others] = await Promise.all(['nodes', 'pods', ...resources].map((name) => world.list(name)));
  const gone = new Set(leaving.map(({ metadata }) => metadata.uid));
  const state = new ClusterState();
  for (const node of nodes!) {
    const cordoned = drained.has(node.metadata.name ?? '');
    state.setNode(cordoned ? { ...node, spec: { ...node['spec'], unschedulable: true } } : node);
  }
  for (const pod of pods!) if (!gone.has(pod.metadata.uid)) state.setPod(pod);
  const source = sourceOf(new Map(resources.map((name, at) => [name, others[at]!])));
  return {
    place(pod) {
      const { nodeName: _, ...spec } = pod['spec'];
      const copy: KubeObject = {
        ...pod,
        spec,
        status: {},
        metadata: { ...pod.metadata, uid: `${pod.metadata.uid}-again` },
      };
      const { fitting, message } = diagnose(copy, state, source, () => 0, { all: true });
      if (fitting.length === 0) return { message: withoutPreemption(message ?? 'no node takes it') };
      const { name } = chooseNode({ pod: copy, fitting, state, source }, () => 0);
      state.setPod(copy, name);
      return { node: name };
    },
  };
}

/** Whom the scheduler would put out for it is not what is asked here. */
const withoutPreemption = (message: string): string => message.replace(/\.? (no new claims|preemption:).*$/s, '');

function sourceOf(lists: ReadonlyMap<string, readonly KubeObject[]>): ObjectSource {
  const keyed = new Map(
    [...lists].map(([resource, list]) => [
      resource,
      new Map(list.map((one) => [`${one.metadata.namespace ?? ''}/${one.metadata.name}`, one])),
    ]),
  );
  return {
    list: (resource, namespace) =>
      (lists.get(resource) ?? []).filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace),
    get: (resource, namespace, name) => keyed.get(resource)?.get(`${namespace ?? ''}/${name}`),
  };
}
