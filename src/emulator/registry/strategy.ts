import type { KubeObject } from '../../api/meta.ts';
import { qosClass } from '../../api/pod-qos.ts';

type StatusKept = 'labels' | 'annotations' | 'finalizers' | 'ownerReferences';

const ALL_KEPT: readonly StatusKept[] = ['labels', 'annotations', 'finalizers', 'ownerReferences'];

/** How one kind differs from the others when it is written or deleted. */
export interface Strategy {
  /** `status` of a new object, where clients may not set it. */
  initialStatus?: (object: KubeObject) => unknown;
  /** The status a client sends with create is kept. */
  keepsStatus?: boolean;
  /**
   * `metadata.generation` counts changes of everything but metadata and status. `first`: it is 1 for good;
   * `changes`: it is there from the first change on.
   */
  generation?: true | 'first' | 'changes';
  /** What of metadata counts for that, too. */
  counts?: 'labels' | 'annotations';
  /** What of metadata a write of the status leaves as it is. */
  statusKeeps?: readonly StatusKept[];
  /** A finished delete answers with the object instead of a Status. */
  returnsDeleted?: boolean;
  /** PUT makes what does not exist. */
  createOnUpdate?: boolean;
  /** PUT must say what version it was made from. */
  needsVersion?: boolean;
  /** Holds what is deleted until something else is cleaned up. */
  deletionFinalizer?: string;
  /** The status of what is held like that; such a delete counts as no change. */
  deletionStatus?: (object: KubeObject, now: string) => unknown;
  /** What a delete that names no policy means. */
  orphansByDefault?: boolean;
  /** A name is not made up: the prefix is all of it. */
  namedByPrefix?: boolean;
  /** What is said of such a delete. */
  orphaning?: string;
}

/** Holds a custom resource definition that is being deleted until its objects are gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

const counted: Strategy = { generation: true };
const access: Strategy = { createOnUpdate: true };
const loadBalancer = () => ({ loadBalancer: {} });

/** By storage key. A kind that is not here starts with an empty status where it has a status subresource. */
const strategies: Readonly<Record<string, Strategy>> = {
  pods: {
    initialStatus: (pod) => ({ phase: 'Pending', qosClass: pod.status?.qosClass || qosClass(pod) }),
    generation: true,
    returnsDeleted: true,
    statusKeeps: ['ownerReferences'],
  },
  services: { initialStatus: loadBalancer, returnsDeleted: true, createOnUpdate: true },
  endpoints: { createOnUpdate: true },
  events: { createOnUpdate: true },
  limitranges: { createOnUpdate: true },
  namespaces: { initialStatus: () => ({ phase: 'Active' }) },
  nodes: { keepsStatus: true },
  persistentvolumeclaims: { initialStatus: () => ({ phase: 'Pending' }), returnsDeleted: true },
  persistentvolumes: { initialStatus: () => ({ phase: 'Pending' }), returnsDeleted: true },
  resourcequotas: { returnsDeleted: true },
  serviceaccounts: { returnsDeleted: true },
  podtemplates: { ...counted, returnsDeleted: true },
  replicationcontrollers: { ...counted, initialStatus: () => ({ replicas: 0 }), orphansByDefault: true },
  'deployments.apps': { ...counted, counts: 'annotations', statusKeeps: ['labels'] },
  'replicasets.apps': { ...counted, initialStatus: () => ({ replicas: 0 }) },
  'statefulsets.apps': { ...counted, initialStatus: () => ({ replicas: 0, availableReplicas: 0 }) },
  'daemonsets.apps': {
    ...counted,
    initialStatus: () => ({
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 0,
    }),
  },
  'jobs.batch': {
    ...counted,
    orphansByDefault: true,
    orphaning:
      'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  },
  'cronjobs.batch': counted,
  'ingresses.networking.k8s.io': { ...counted, initialStatus: loadBalancer },
  'networkpolicies.networking.k8s.io': counted,
  'ingressclasses.networking.k8s.io': counted,
  'poddisruptionbudgets.policy': {
    ...counted,
    needsVersion: true,
    initialStatus: () => ({ disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }),
  },
  'horizontalpodautoscalers.autoscaling': {
    initialStatus: () => ({ desiredReplicas: 0, currentMetrics: null }),
  },
  'endpointslices.discovery.k8s.io': { ...counted, counts: 'labels' },
  'priorityclasses.scheduling.k8s.io': { generation: 'first' },
  'customresourcedefinitions.apiextensions.k8s.io': {
    ...counted,
    deletionFinalizer: CLEANUP_FINALIZER,
    deletionStatus: terminating,
    initialStatus: (definition) => ({
      conditions: null,
      acceptedNames: { plural: '', kind: '' },
      storedVersions: storageVersionNames(definition),
    }),
  },
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': { ...counted, needsVersion: true },
  'validatingwebhookconfigurations.admissionregistration.k8s.io': { ...counted, needsVersion: true },
  'validatingadmissionpolicies.admissionregistration.k8s.io': { ...counted, needsVersion: true, statusKeeps: ALL_KEPT },
  'mutatingadmissionpolicies.admissionregistration.k8s.io': counted,
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': counted,
  'flowschemas.flowcontrol.apiserver.k8s.io': { ...counted, statusKeeps: ALL_KEPT },
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': { ...counted, statusKeeps: ALL_KEPT },
  'ipaddresses.networking.k8s.io': { namedByPrefix: true },
  'servicecidrs.networking.k8s.io': { statusKeeps: ALL_KEPT },
  'resourceclaims.resource.k8s.io': { returnsDeleted: true, statusKeeps: ALL_KEPT },
  'resourceclaimtemplates.resource.k8s.io': { returnsDeleted: true },
  'resourceslices.resource.k8s.io': { ...counted, returnsDeleted: true },
  'deviceclasses.resource.k8s.io': { ...counted, returnsDeleted: true },
  'apiservices.apiregistration.k8s.io': { statusKeeps: ALL_KEPT },
  'leases.coordination.k8s.io': { createOnUpdate: true, needsVersion: true },
  'runtimeclasses.node.k8s.io': { createOnUpdate: true, needsVersion: true },
  'csidrivers.storage.k8s.io': { generation: 'changes', needsVersion: true, returnsDeleted: true },
  'csinodes.storage.k8s.io': { needsVersion: true, returnsDeleted: true },
  'csistoragecapacities.storage.k8s.io': { needsVersion: true },
  'volumeattachments.storage.k8s.io': { needsVersion: true, returnsDeleted: true, statusKeeps: ALL_KEPT },
  'storageclasses.storage.k8s.io': { returnsDeleted: true },
  'volumeattributesclasses.storage.k8s.io': { returnsDeleted: true },
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': { ...counted, needsVersion: true },
  'roles.rbac.authorization.k8s.io': access,
  'rolebindings.rbac.authorization.k8s.io': access,
  'clusterroles.rbac.authorization.k8s.io': access,
  'clusterrolebindings.rbac.authorization.k8s.io': access,
};

const plain: Strategy = {};
const custom: Strategy = { generation: true, needsVersion: true, statusKeeps: ALL_KEPT };

export function strategyOf(resource: { storage: string; custom?: unknown }): Strategy {
  return resource.custom ? custom : (strategies[resource.storage] ?? plain);
}

/** Null where there is none, as in Go. */
function storageVersionNames({ spec }: KubeObject): string[] | null {
  const versions = (spec?.versions ?? []) as { name: string; storage?: boolean }[];
  const stored = versions.find((version) => version.storage)?.name;
  return stored === undefined ? null : [stored];
}

function terminating({ status }: KubeObject, lastTransitionTime: string): unknown {
  const others = ((status?.conditions ?? []) as { type: string }[]).filter(({ type }) => type !== 'Terminating');
  const condition = {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime,
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
  return { ...status, conditions: [...others, condition] };
}
