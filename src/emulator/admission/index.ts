import { certificateRequests } from '../access/certificate-requests.ts';
import { escalationCheck } from '../access/escalation.ts';
import { customRules } from '../crd/check.ts';
import { definitionLifecycle } from '../crd/removal.ts';
import { deviceSelectors } from '../devices/check.ts';
import type { AdmissionPlugin } from '../registry/machine.ts';
import { certificateApproval, certificateSigning, certificateSubject, trustBundleAttest } from './certificates.ts';
import { defaultIngressClass, defaultStorageClass } from './default-classes.ts';
import { jobSelector } from './job-selector.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeRestriction } from './node-restriction.ts';
import { podTopologyLabels, taintNodesByCondition } from './nodes.ts';
import { defaultTolerations, podPriority } from './pod-defaults.ts';
import { podSecurity } from './pod-security/plugin.ts';
import { expressions, mutatingPolicies, validatingPolicies } from './policies.ts';
import { resourceQuota } from './resource-quota.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { serviceAddresses } from './service-addresses.ts';
import { claimResize, storageProtection } from './storage-protection.ts';
import { mutatingWebhooks, validatingWebhooks } from './webhooks.ts';

/**
 * In the order of the real server (kubeapiserver/options/plugins.go, AllOrderedPlugins): what is on by
 * default in 1.36, and NodeRestriction, which installers switch on. Those outside are asked after those
 * built in, and quota is asked last of all.
 */
export const admissionPlugins: readonly AdmissionPlugin[] = [
  definitionLifecycle,
  customRules,
  deviceSelectors,
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  nodeRestriction,
  taintNodesByCondition,
  podSecurity,
  podPriority,
  defaultTolerations,
  defaultStorageClass,
  storageProtection,
  claimResize,
  runtimeClass,
  certificateApproval,
  certificateSigning,
  trustBundleAttest,
  certificateSubject,
  defaultIngressClass,
  podTopologyLabels,
  mutatingPolicies,
  mutatingWebhooks,
  validatingPolicies,
  validatingWebhooks,
  expressions,
  // No plugins of the real server but what its registries give an object, between those who change and those who look.
  serviceAddresses,
  jobSelector,
  certificateRequests,
  escalationCheck,
  resourceQuota,
];
