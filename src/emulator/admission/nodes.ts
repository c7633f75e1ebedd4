import type { AdmissionPlugin } from '../registry/machine.ts';
import { isCreateOf } from './refuse.ts';

interface Taint {
  key: string;
  effect: string;
}

const NOT_READY: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
const ZONE_LABELS = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'];

/** TaintNodesByCondition: nothing is scheduled to a new node before it says that it is ready. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  admit(request) {
    if (!isCreateOf(request, 'nodes')) return;
    const { object } = request;
    object.spec ??= {};
    const taints = (object.spec.taints ?? []) as Taint[];
    if (taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return;
    object.spec.taints = [...taints, { ...NOT_READY }];
  },
};

/** PodTopologyLabels: a pod that is given to a node learns its region and zone. */
export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',
  admit({ operation, resource, subresource, object, machine }) {
    if (operation !== 'CREATE' || resource.storage !== 'pods' || subresource !== 'binding') return;
    const target = object.target as { kind?: string; name?: string } | undefined;
    const node = machine.store.get('nodes', undefined, target?.name ?? '');
    const found = ZONE_LABELS.flatMap((label) => {
      const value = node?.metadata.labels?.[label];
      return value === undefined ? [] : [[label, value] as const];
    });
    if (found.length === 0) return;
    object.metadata.labels = { ...object.metadata.labels, ...Object.fromEntries(found) };
  },
};
