import type { KubeObject } from '../meta.ts';
import * as apps from './apps.ts';
import type { Causes } from './causes.ts';
import * as claims from './claims.ts';
import * as core from './core.ts';
import { checkEvent } from './events.ts';
import { checkMetadata, checkMetadataUpdate, type Kind } from './metadata.ts';
import * as updates from './pod-updates.ts';
import * as services from './services.ts';

/** One of the checks of a change, in a server's order; `false` where it ends there. */
export type UpdateStep = (causes: Causes, object: KubeObject, previous: KubeObject, resource: Kind) => unknown;

/** Metadata as that of a new object, which many kinds ask once more of a changed one. */
const asNew: UpdateStep = (causes, object, _previous, resource) => checkMetadata(causes, object, resource);

const kept: UpdateStep = checkMetadataUpdate;

/**
 * What is checked when an object of the core group is changed, by `plural` or `plural/subresource`: the
 * same rules may be asked twice, and what they find is told as often.
 * Source: Kubernetes pkg/apis/core/validation/validation.go, functions named Validate…Update, and the
 * strategies under pkg/registry/core that call them.
 */
export const coreUpdates: Readonly<Record<string, readonly UpdateStep[]>> = {
  pods: [kept, asNew, updates.checkPodUpdate],
  'pods/status': [kept, updates.checkPodStatus],
  'pods/ephemeralcontainers': [updates.refuseStaticDebugging, kept, asNew, updates.checkEphemeralUpdate],
  'pods/resize': [updates.refuseResize, kept, asNew, updates.checkPodResize],
  podtemplates: [kept, core.checkPodTemplateObject],
  services: [kept, services.checkServiceUpdate, services.checkService],
  'services/status': [kept, services.checkServiceStatus],
  endpoints: [kept, asNew, services.checkEndpoints],
  configmaps: [kept, core.checkConfigMapUpdate, asNew, core.checkConfigMap],
  secrets: [kept, core.checkSecretUpdate, asNew, core.checkSecret],
  persistentvolumeclaims: [kept, asNew, claims.checkClaim, claims.checkClaimUpdate],
  'persistentvolumeclaims/status': [kept, claims.checkClaimStatus],
  persistentvolumes: [
    asNew,
    claims.checkVolumeSpec,
    claims.checkMountOptions,
    asNew,
    claims.checkVolumeSpec,
    claims.checkVolumeUpdate,
  ],
  'persistentvolumes/status': [kept],
  serviceaccounts: [kept, asNew],
  resourcequotas: [kept, core.checkResourceQuota],
  'resourcequotas/status': [kept, core.checkQuotaStatus],
  limitranges: [asNew, core.checkLimitRange],
  namespaces: [asNew, kept],
  'namespaces/status': [kept, core.checkNamespaceStatus],
  'namespaces/finalize': [kept, core.checkNamespaceFinalize],
  nodes: [asNew, core.checkNode, kept, core.checkNodeUpdate],
  'nodes/status': [kept, core.checkNodeUpdate],
  events: [(causes, object, previous) => checkEvent(causes, object, previous, false)],
  replicationcontrollers: [kept, apps.checkReplicationController],
  'replicationcontrollers/status': [kept, apps.checkWorkloadStatus],
};
