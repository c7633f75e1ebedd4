import { definitionLifecycle } from '../crd/removal.ts';
import type { AdmissionPlugin } from '../registry/machine.ts';
import { defaultIngressClass, defaultStorageClass } from './default-classes.ts';
import { jobSelector } from './job-selector.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { defaultTolerations, podPriority } from './pod-defaults.ts';
import { resourceQuota } from './resource-quota.ts';
import { serviceAccount } from './service-account.ts';
import { serviceAddresses } from './service-addresses.ts';
import { mutatingWebhooks, validatingWebhooks } from './webhooks.ts';

/** In the order of the real server (`AllOrderedPlugins`): quota is asked last. */
export const admissionPlugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  definitionLifecycle,
  limitRanger,
  serviceAccount,
  podPriority,
  defaultTolerations,
  defaultStorageClass,
  defaultIngressClass,
  serviceAddresses,
  jobSelector,
  mutatingWebhooks,
  validatingWebhooks,
  resourceQuota,
];
