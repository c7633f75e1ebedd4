import type { KubeObject } from '../meta.ts';
import { groupResource } from '../resource.ts';
import type { StatusCause } from '../status.ts';
import { Causes } from './causes.ts';
import * as core from './core.ts';
import { checkDefinition } from './definitions.ts';
import { checkMetadata } from './metadata.ts';
import * as others from './others.ts';
import { checkPod, checkPodSpec } from './pods.ts';
import * as workloads from './workloads.ts';

export { invalidStatus } from './causes.ts';
export { decodeError } from './decode.ts';
export { dropUnknownFields, unknownFields } from './unknown-fields.ts';

type Check = (causes: Causes, object: KubeObject, previous: KubeObject | undefined) => void;

/** What is checked besides metadata, by `plural.group`. */
const checks: Readonly<Record<string, Check>> = {
  pods: checkPod,
  podtemplates: (causes, object) => checkPodSpec(causes, 'template.spec', object.template?.spec ?? {}),
  services: core.checkService,
  configmaps: core.checkConfigMap,
  secrets: core.checkSecret,
  persistentvolumeclaims: core.checkClaim,
  persistentvolumes: core.checkVolume,
  serviceaccounts: core.checkServiceAccount,
  resourcequotas: core.checkResourceQuota,
  'deployments.apps': workloads.checkDeployment,
  'replicasets.apps': workloads.checkReplicaSet,
  'statefulsets.apps': workloads.checkStatefulSet,
  'daemonsets.apps': workloads.checkDaemonSet,
  'jobs.batch': workloads.checkJob,
  'cronjobs.batch': workloads.checkCronJob,
  'ingresses.networking.k8s.io': others.checkIngress,
  'networkpolicies.networking.k8s.io': others.checkNetworkPolicy,
  'roles.rbac.authorization.k8s.io': others.checkRole,
  'clusterroles.rbac.authorization.k8s.io': others.checkClusterRole,
  'rolebindings.rbac.authorization.k8s.io': others.checkRoleBinding,
  'clusterrolebindings.rbac.authorization.k8s.io': others.checkClusterRoleBinding,
  'horizontalpodautoscalers.autoscaling': others.checkAutoscaler,
  'poddisruptionbudgets.policy': others.checkDisruptionBudget,
  'priorityclasses.scheduling.k8s.io': others.checkPriorityClass,
  'storageclasses.storage.k8s.io': others.checkStorageClass,
  'customresourcedefinitions.apiextensions.k8s.io': checkDefinition,
};

/**
 * Everything that is wrong with an object after defaulting, in the words of a 1.36 server; an empty
 * list when it may be stored. `previous` is what an update replaces: immutable fields are held
 * against it. A custom kind is checked for its metadata only: its schema is the caller's business.
 * A kind `Scale` is checked as the scale subresource of whatever `resource` is.
 * Throws KctlError `input` where a quantity cannot be read at all.
 */
export function validateObject(
  object: KubeObject,
  previous: KubeObject | undefined,
  resource: { group: string; plural: string; kind: string; namespaced: boolean },
): StatusCause[] {
  const causes = new Causes();
  if (object.kind === 'Scale' && object.apiVersion === 'autoscaling/v1') {
    others.checkScale(causes, object);
    return causes.list;
  }
  checkMetadata(causes, object, previous, resource);
  checks[groupResource(resource)]?.(causes, object, previous);
  return causes.list;
}
