import type { KubeObject } from '../meta.ts';
import { groupResource } from '../resource.ts';
import type { StatusCause } from '../status.ts';
import * as policies from './admission-policies.ts';
import { checkApiService, checkApiServiceStatus } from './api-services.ts';
import * as apps from './apps.ts';
import * as autoscaling from './autoscaling.ts';
import * as batch from './batch.ts';
import { Causes, type Tools, type ValueStyle } from './causes.ts';
import * as certificates from './certificate-requests.ts';
import * as claims from './claims.ts';
import * as core from './core.ts';
import { checkDefinition } from './definitions.ts';
import * as devices from './device-claims.ts';
import { checkDeviceSlice } from './device-slices.ts';
import { checkEvent } from './events.ts';
import * as flows from './flow-control.ts';
import { groupUpdates } from './group-update-steps.ts';
import { checkChangedMetadata, checkMetadata, checkMetadataUpdate } from './metadata.ts';
import * as networking from './networking.ts';
import * as others from './others.ts';
import { checkNewPod } from './pods.ts';
import * as rbac from './rbac.ts';
import * as services from './services.ts';
import * as storage from './storage.ts';
import { coreUpdates, type UpdateStep } from './update-steps.ts';
import * as webhooks from './webhooks.ts';

export { invalidStatus } from './causes.ts';
export { decodeError } from './decode.ts';
export { dropUnknownFields, unknownFields } from './unknown-fields.ts';

type Check = (causes: Causes, object: KubeObject, previous: KubeObject | undefined) => void;

const checkServiceAccount: Check = () => undefined;

/** What is checked besides metadata, by `plural.group`. */
const checks: Readonly<Record<string, Check>> = {
  pods: checkNewPod,
  podtemplates: core.checkPodTemplateObject,
  services: services.checkService,
  endpoints: services.checkEndpoints,
  configmaps: core.checkConfigMap,
  secrets: core.checkSecret,
  persistentvolumeclaims: claims.checkClaim,
  persistentvolumes: claims.checkVolume,
  serviceaccounts: checkServiceAccount,
  resourcequotas: core.checkResourceQuota,
  limitranges: core.checkLimitRange,
  namespaces: core.checkNamespace,
  nodes: core.checkNode,
  events: (causes, object, previous) => checkEvent(causes, object, previous, false),
  bindings: core.checkBinding,
  replicationcontrollers: apps.checkReplicationController,
  'deployments.apps': apps.checkDeployment,
  'replicasets.apps': apps.checkReplicaSet,
  'statefulsets.apps': apps.checkStatefulSet,
  'daemonsets.apps': apps.checkDaemonSet,
  'controllerrevisions.apps': apps.checkControllerRevision,
  'jobs.batch': batch.checkJob,
  'cronjobs.batch': batch.checkCronJob,
  'events.events.k8s.io': (causes, object, previous) => checkEvent(causes, object, previous, true),
  'ingresses.networking.k8s.io': networking.checkIngress,
  'ingressclasses.networking.k8s.io': networking.checkIngressClass,
  'networkpolicies.networking.k8s.io': networking.checkNetworkPolicy,
  'ipaddresses.networking.k8s.io': networking.checkIpAddress,
  'servicecidrs.networking.k8s.io': networking.checkServiceCidr,
  'roles.rbac.authorization.k8s.io': rbac.checkRole,
  'clusterroles.rbac.authorization.k8s.io': rbac.checkClusterRole,
  'rolebindings.rbac.authorization.k8s.io': rbac.checkRoleBinding,
  'clusterrolebindings.rbac.authorization.k8s.io': rbac.checkClusterRoleBinding,
  'horizontalpodautoscalers.autoscaling': autoscaling.checkAutoscaler,
  'poddisruptionbudgets.policy': others.checkDisruptionBudget,
  'priorityclasses.scheduling.k8s.io': others.checkPriorityClass,
  'endpointslices.discovery.k8s.io': others.checkEndpointSlice,
  'leases.coordination.k8s.io': others.checkLease,
  'runtimeclasses.node.k8s.io': others.checkRuntimeClass,
  'storageclasses.storage.k8s.io': storage.checkStorageClass,
  'volumeattributesclasses.storage.k8s.io': storage.checkAttributesClass,
  'volumeattachments.storage.k8s.io': storage.checkAttachment,
  'csinodes.storage.k8s.io': storage.checkCsiNode,
  'csidrivers.storage.k8s.io': storage.checkCsiDriver,
  'csistoragecapacities.storage.k8s.io': storage.checkCapacity,
  'customresourcedefinitions.apiextensions.k8s.io': checkDefinition,
  'apiservices.apiregistration.k8s.io': checkApiService,
  'resourceclaims.resource.k8s.io': devices.checkDeviceClaim,
  'resourceclaimtemplates.resource.k8s.io': devices.checkDeviceClaimTemplate,
  'deviceclasses.resource.k8s.io': devices.checkDeviceClass,
  'resourceslices.resource.k8s.io': checkDeviceSlice,
  'certificatesigningrequests.certificates.k8s.io': certificates.checkCertificateRequest,
  'flowschemas.flowcontrol.apiserver.k8s.io': flows.checkFlowSchema,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': flows.checkPriorityLevel,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': webhooks.checkValidatingWebhooks,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': webhooks.checkMutatingWebhooks,
  'validatingadmissionpolicies.admissionregistration.k8s.io': policies.checkValidatingPolicy,
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': policies.checkValidatingBinding,
  'mutatingadmissionpolicies.admissionregistration.k8s.io': policies.checkMutatingPolicy,
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': policies.checkMutatingBinding,
};

type StatusCheck = (causes: Causes, object: KubeObject, previous: KubeObject) => void;

/** What is checked when only a part is written, by `plural.group/subresource`. */
const partChecks: Readonly<Record<string, StatusCheck>> = {
  'deployments.apps/status': apps.checkWorkloadStatus,
  'replicasets.apps/status': apps.checkWorkloadStatus,
  'statefulsets.apps/status': apps.checkWorkloadStatus,
  'daemonsets.apps/status': apps.checkWorkloadStatus,
  'jobs.batch/status': batch.checkJobStatus,
  'ingresses.networking.k8s.io/status': networking.checkIngressStatus,
  'horizontalpodautoscalers.autoscaling/status': autoscaling.checkAutoscalerStatus,
  'poddisruptionbudgets.policy/status': others.checkBudgetStatus,
  'volumeattachments.storage.k8s.io/status': storage.checkAttachmentStatus,
  'apiservices.apiregistration.k8s.io/status': checkApiServiceStatus,
  'resourceclaims.resource.k8s.io/status': devices.checkDeviceClaimStatus,
  'certificatesigningrequests.certificates.k8s.io/status': certificates.checkCertificateStatus,
  'certificatesigningrequests.certificates.k8s.io/approval': certificates.checkCertificateApproval,
  'flowschemas.flowcontrol.apiserver.k8s.io/status': flows.checkFlowStatus,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io/status': flows.checkFlowStatus,
  'validatingadmissionpolicies.admissionregistration.k8s.io/status': policies.checkValidatingPolicyStatus,
};

/**
 * Everything that is wrong with an object after defaulting, in the words of a 1.36 server; an empty
 * list when it may be stored. `previous` is what an update replaces: immutable fields are held
 * against it. `subresource` names the part that is written. A custom kind is checked for its metadata
 * only: its schema is the caller's business. A kind `Scale` is checked as the scale subresource of
 * whatever `resource` is. `style` says how messages write lists, maps and structs; `tools` look at what
 * is not known here.
 * Throws KctlError `input` where a quantity cannot be read at all.
 */
export function validateObject(
  object: KubeObject,
  previous: KubeObject | undefined,
  resource: { group: string; plural: string; kind: string; namespaced: boolean },
  subresource?: string,
  style?: ValueStyle,
  tools?: Tools,
): StatusCause[] {
  const causes = new Causes(style, tools);
  if (object.kind === 'Scale' && object.apiVersion === 'autoscaling/v1') {
    autoscaling.checkScale(causes, object);
    return causes.list;
  }
  const name = groupResource(resource);
  if (previous) {
    checkChangedMetadata(causes, object, previous, resource);
    for (const step of stepsOf(name, subresource)) if (step(causes, object, previous, resource) === false) break;
    return causes.list;
  }
  if (name !== 'bindings') checkMetadata(causes, object, resource);
  checks[name]?.(causes, object, undefined);
  return causes.list;
}

/** What is checked of a change, in order: mostly what holds for metadata, and what the kind says. */
function stepsOf(name: string, subresource: string | undefined): readonly UpdateStep[] {
  const part = subresource && `${name}/${subresource}`;
  const known = coreUpdates[part ?? name] ?? groupUpdates[part ?? name];
  if (known) return known;
  const own = part && (part in partChecks || subresource === 'status') ? partChecks[part] : checks[name];
  return own ? [checkMetadataUpdate, own] : [checkMetadataUpdate];
}
