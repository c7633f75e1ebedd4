import * as policies from './admission-policies.ts';
import { checkApiService } from './api-services.ts';
import * as apps from './apps.ts';
import * as batch from './batch.ts';
import * as certificates from './certificate-requests.ts';
import * as devices from './device-claims.ts';
import * as flows from './flow-control.ts';
import { checkMetadata, checkMetadataUpdate } from './metadata.ts';
import * as networking from './networking.ts';
import * as others from './others.ts';
import * as rbac from './rbac.ts';
import * as storage from './storage.ts';
import type { UpdateStep } from './update-steps.ts';
import * as webhooks from './webhooks.ts';

const asNew: UpdateStep = (causes, object, _previous, resource) => checkMetadata(causes, object, resource);
const kept: UpdateStep = checkMetadataUpdate;

/**
 * What is checked when an object of a named group is changed, by `plural.group` or `plural.group/subresource`,
 * as `coreUpdates` has it for the core group. A kind that is not here is asked for its metadata, then for what
 * its own rules say.
 * Source: Kubernetes pkg/apis, functions named Validate…Update of each group, and the strategies that call them.
 */
export const groupUpdates: Readonly<Record<string, readonly UpdateStep[]>> = {
  'statefulsets.apps/status': [apps.checkWorkloadStatus, kept],
  'jobs.batch': [asNew, batch.checkJob, kept, batch.checkJobUpdate],
  'cronjobs.batch/status': [],
  'poddisruptionbudgets.policy': [others.checkDisruptionBudget],
  'poddisruptionbudgets.policy/status': [others.checkBudgetStatus],
  'ingressclasses.networking.k8s.io': [kept, networking.checkIngressClassUpdate, asNew, networking.checkIngressClass],
  'ipaddresses.networking.k8s.io': [asNew, networking.checkIpAddress, kept, networking.checkIpAddressUpdate],
  'roles.rbac.authorization.k8s.io': [asNew, rbac.checkRole, kept],
  'clusterroles.rbac.authorization.k8s.io': [asNew, rbac.checkClusterRole, kept],
  'rolebindings.rbac.authorization.k8s.io': [asNew, rbac.checkRoleBinding, kept, rbac.checkBindingUpdate],
  'clusterrolebindings.rbac.authorization.k8s.io': [asNew, rbac.checkClusterRoleBinding, kept, rbac.checkBindingUpdate],
  'storageclasses.storage.k8s.io': [asNew, storage.checkStorageClass, kept, storage.checkStorageClassUpdate],
  'volumeattributesclasses.storage.k8s.io': [
    kept,
    storage.checkAttributesClassUpdate,
    asNew,
    storage.checkAttributesClass,
  ],
  'volumeattachments.storage.k8s.io': [asNew, storage.checkAttachment],
  'csinodes.storage.k8s.io': [asNew, storage.checkCsiNode],
  'csistoragecapacities.storage.k8s.io': [asNew, storage.checkCapacity, kept, storage.checkCapacityUpdate],
  'endpointslices.discovery.k8s.io': [asNew, others.checkEndpointSlice],
  'runtimeclasses.node.k8s.io': [asNew, others.checkRuntimeClass, kept, others.checkRuntimeClassUpdate],
  'apiservices.apiregistration.k8s.io': [kept, asNew, checkApiService],
  'certificatesigningrequests.certificates.k8s.io': [asNew, certificates.checkCertificateRequest, kept],
  'certificatesigningrequests.certificates.k8s.io/status': [asNew, certificates.checkCertificateStatus, kept],
  'certificatesigningrequests.certificates.k8s.io/approval': [asNew, certificates.checkCertificateApproval, kept],
  'flowschemas.flowcontrol.apiserver.k8s.io': [asNew, flows.checkFlowSchema],
  'flowschemas.flowcontrol.apiserver.k8s.io/status': [flows.checkFlowStatus],
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': [asNew, flows.checkPriorityLevel],
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io/status': [flows.checkFlowStatus],
  'resourceclaims.resource.k8s.io': [asNew, kept, devices.checkDeviceClaimUpdate],
  'resourceclaimtemplates.resource.k8s.io': [
    asNew,
    devices.checkDeviceClaimTemplate,
    kept,
    devices.checkDeviceClaimTemplateUpdate,
  ],
  'deviceclasses.resource.k8s.io': [asNew, kept, devices.checkDeviceClass],
  'validatingwebhookconfigurations.admissionregistration.k8s.io': [asNew, webhooks.checkValidatingWebhooks],
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': [asNew, webhooks.checkMutatingWebhooks],
  'validatingadmissionpolicies.admissionregistration.k8s.io': [asNew, policies.checkValidatingPolicy],
  'validatingadmissionpolicies.admissionregistration.k8s.io/status': [policies.checkValidatingPolicyStatus],
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': [asNew, policies.checkValidatingBinding],
  'mutatingadmissionpolicies.admissionregistration.k8s.io': [asNew, policies.checkMutatingPolicy],
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': [asNew, policies.checkMutatingBinding],
};
