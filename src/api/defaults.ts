import * as core from './defaults/core.ts';
import * as others from './defaults/others.ts';
import { pod } from './defaults/pods.ts';
import { applyRule, type DefaultRule } from './defaults/rules.ts';
import * as workloads from './defaults/workloads.ts';
import type { KubeObject } from './meta.ts';
import { parseApiVersion } from './resource.ts';
import { completeZeros } from './zero-fields.ts';

/** `Kind` or `Kind.group`, with a version in front where versions differ. */
const rules: Readonly<Record<string, DefaultRule>> = {
  Pod: pod,
  PodTemplate: core.podTemplate,
  Service: core.service,
  Secret: core.secret,
  Namespace: core.namespace,
  Node: core.node,
  PersistentVolume: core.persistentVolume,
  PersistentVolumeClaim: core.persistentVolumeClaim,
  LimitRange: core.limitRange,
  ResourceQuota: core.resourceQuota,
  Endpoints: core.endpoints,
  ReplicationController: workloads.replicationController,
  'Deployment.apps': workloads.deployment,
  'ReplicaSet.apps': workloads.replicaSet,
  'StatefulSet.apps': workloads.statefulSet,
  'DaemonSet.apps': workloads.daemonSet,
  'Job.batch': workloads.job,
  'CronJob.batch': workloads.cronJob,
  'HorizontalPodAutoscaler.autoscaling': others.horizontalPodAutoscaler,
  'v1/HorizontalPodAutoscaler.autoscaling': others.horizontalPodAutoscalerV1,
  'Ingress.networking.k8s.io': others.ingress,
  'IngressClass.networking.k8s.io': others.ingressClass,
  'NetworkPolicy.networking.k8s.io': others.networkPolicy,
  'PodDisruptionBudget.policy': others.podDisruptionBudget,
  'RoleBinding.rbac.authorization.k8s.io': others.roleBinding,
  'ClusterRoleBinding.rbac.authorization.k8s.io': others.roleBinding,
  'StorageClass.storage.k8s.io': others.storageClass,
  'CSIDriver.storage.k8s.io': others.csiDriver,
  'PriorityClass.scheduling.k8s.io': others.priorityClass,
  'EndpointSlice.discovery.k8s.io': others.endpointSlice,
  'CustomResourceDefinition.apiextensions.k8s.io': others.customResourceDefinition,
  'APIService.apiregistration.k8s.io': others.apiService,
  'ValidatingWebhookConfiguration.admissionregistration.k8s.io': others.validatingWebhooks,
  'MutatingWebhookConfiguration.admissionregistration.k8s.io': others.mutatingWebhooks,
  'ValidatingAdmissionPolicy.admissionregistration.k8s.io': others.admissionPolicy,
  'MutatingAdmissionPolicy.admissionregistration.k8s.io': others.admissionPolicy,
  'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io': others.admissionPolicyBinding,
  'MutatingAdmissionPolicyBinding.admissionregistration.k8s.io': others.admissionPolicyBinding,
  'FlowSchema.flowcontrol.apiserver.k8s.io': others.flowSchema,
  'PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io': others.priorityLevel,
  'TokenRequest.authentication.k8s.io': others.tokenRequest,
  'ResourceClaim.resource.k8s.io': others.resourceClaim,
  'ResourceClaimTemplate.resource.k8s.io': others.resourceClaimTemplate,
};

/**
 * Completes an object of a built-in kind in place, as a 1.36 server does before it validates:
 * fields that are missing get the values that the API documents or, where a server writes them in any
 * case, hold nothing; `stringData` becomes `data`. What a
 * server gives out or admits (addresses, node ports, service accounts, tolerations, uid) is not
 * defaulting and not done here. A custom kind is left alone: its schema has its defaults.
 */
export function applyDefaults(object: KubeObject): void {
  const { group, version } = parseApiVersion(object.apiVersion);
  const name = group ? `${object.kind}.${group}` : object.kind;
  const rule = rules[`${version}/${name}`] ?? rules[name];
  if (rule) applyRule(rule, object);
  completeZeros(object);
}
