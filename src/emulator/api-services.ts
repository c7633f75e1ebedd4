import type { KubeObject } from '../api/meta.ts';
import { timestamp } from './clock.ts';
import { createObject } from './registry/create.ts';
import { type Machine, SYSTEM_USER } from './registry/machine.ts';

const API_SERVICES = 'apiservices.apiregistration.k8s.io';
const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';
/** Set on what the server registers by itself: once for its own versions, and again and again for those of definitions. */
const MANAGED = 'kube-aggregator.kubernetes.io/automanaged';

/** Least priorities of groups. Source: kubernetes, pkg/controlplane/apiserver/aggregator.go. */
const groupPriorities: Readonly<Record<string, number>> = {
  '': 18000,
  apps: 17800,
  'events.k8s.io': 17750,
  'authentication.k8s.io': 17700,
  'authorization.k8s.io': 17600,
  autoscaling: 17500,
  batch: 17400,
  'certificates.k8s.io': 17300,
  'networking.k8s.io': 17200,
  policy: 17100,
  'rbac.authorization.k8s.io': 17000,
  'storage.k8s.io': 16800,
  'admissionregistration.k8s.io': 16700,
  'apiextensions.k8s.io': 16700,
  'scheduling.k8s.io': 16600,
  'coordination.k8s.io': 16500,
  'node.k8s.io': 16300,
  'discovery.k8s.io': 16200,
  'resource.k8s.io': 16200,
  'flowcontrol.apiserver.k8s.io': 16100,
  'apiregistration.k8s.io': 18000,
  'metrics.k8s.io': 100,
};
const versionPriorities: Readonly<Record<string, number>> = {
  '/v1': 1,
  'autoscaling/v2': 30,
  'flowcontrol.apiserver.k8s.io/v1': 21,
  'metrics.k8s.io/v1beta1': 100,
  'resource.k8s.io/v1': 21,
};

interface Registered {
  name: string;
  group: string;
  version: string;
  isCustom: boolean;
}

function served({ catalog }: Machine): Map<string, Registered> {
  const found = new Map<string, Registered>();
  for (const { group, version, custom } of catalog.all()) {
    const name = `${version}.${group}`;
    if (!found.has(name)) found.set(name, { name, group, version, isCustom: custom !== undefined });
  }
  return found;
}

/**
 * Keeps an APIService for every group version that is served: the built-in ones from the start, those
 * of definitions as they come and go. All are served by this process, and available. Returns the stop.
 */
export function followApiServices(machine: Machine): () => void {
  register(machine);
  // The followers of definitions are told first, so that the catalog is up to date here.
  return machine.store.subscribe('*', ({ resource }) => {
    if (resource === DEFINITIONS) register(machine);
  });
}

function register(machine: Machine): void {
  const { store } = machine;
  const wanted = served(machine);
  for (const one of wanted.values()) {
    if (!store.get(API_SERVICES, undefined, one.name)) create(machine, one);
  }
  for (const { metadata } of store.list(API_SERVICES)) {
    const isGone = metadata.labels?.[MANAGED] === 'true' && !wanted.has(metadata.name ?? '');
    if (isGone) store.delete(API_SERVICES, undefined, metadata.name ?? '');
  }
}

function create(machine: Machine, { name, group, version, isCustom }: Registered): void {
  const object: KubeObject = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name, labels: { [MANAGED]: isCustom ? 'true' : 'onstart' } } as KubeObject['metadata'],
    spec: {
      ...(group ? { group } : {}),
      version,
      groupPriorityMinimum: groupPriorities[group] ?? 1000,
      versionPriority: versionPriorities[`${group}/${version}`] ?? (isCustom ? 100 : 15),
    },
  };
  const resource = machine.catalog.named(API_SERVICES)!;
  const made = createObject(machine, resource, undefined, object, { user: SYSTEM_USER, manager: 'kube-apiserver' });
  const condition = {
    lastTransitionTime: timestamp(machine.clock),
    message: 'Local APIServices are always available',
    reason: 'Local',
    status: 'True',
    type: 'Available',
  };
  const settle = (created: KubeObject): void => {
    machine.store.put(API_SERVICES, { ...created, status: { conditions: [condition] } });
  };
  // Somebody's webhook may have a say; what it refuses is tried again with the next definition.
  if (made instanceof Promise) made.then(settle, () => {});
  else settle(made);
}
