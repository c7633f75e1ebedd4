import type { KubeObject } from '../../api/meta.ts';
import type { LabelSelectorObject } from '../../lib/label-selector.ts';
import type { Machine } from '../registry/machine.ts';
import type { Store } from '../storage/store.ts';
import type { WebhookClientConfig } from './call.ts';
import { HOOK_KINDS, hookCounts } from './hooks.ts';
import type { Rule } from './matching.ts';

export interface MatchCondition {
  name: string;
  expression: string;
}

/** MutatingWebhook and ValidatingWebhook (admissionregistration.k8s.io/v1), of one configuration. */
export interface Webhook {
  /** Unlike the name, one of its kind: configuration, name and how often that name was there before. */
  uid: string;
  configuration: string;
  name: string;
  clientConfig: WebhookClientConfig;
  rules?: Rule[];
  failurePolicy?: 'Ignore' | 'Fail';
  matchPolicy?: 'Exact' | 'Equivalent';
  namespaceSelector?: LabelSelectorObject;
  objectSelector?: LabelSelectorObject;
  sideEffects?: string;
  timeoutSeconds?: number;
  admissionReviewVersions?: string[];
  reinvocationPolicy?: 'Never' | 'IfNeeded';
  matchConditions?: MatchCondition[];
}

type Kind = 'mutatingWebhooks' | 'validatingWebhooks';

const cache = new WeakMap<Store, Map<Kind, { changes: number; webhooks: readonly Webhook[] }>>();

/** All webhooks of a kind in the order in which they are called: by the names of their configurations. */
export function webhooksOf(machine: Machine, kind: Kind): readonly Webhook[] {
  const { changes } = hookCounts(machine);
  const kinds = cache.get(machine.store) ?? new Map();
  cache.set(machine.store, kinds);
  const known = kinds.get(kind);
  if (known?.changes === changes) return known.webhooks;
  const webhooks = machine.store.list(HOOK_KINDS[kind]).flatMap(webhooksIn);
  kinds.set(kind, { changes, webhooks });
  return webhooks;
}

function webhooksIn(configuration: KubeObject): Webhook[] {
  const names = new Map<string, number>();
  const { name: configurationName = '' } = configuration.metadata;
  return ((configuration.webhooks ?? []) as Webhook[]).map((webhook) => {
    const count = names.get(webhook.name) ?? 0;
    names.set(webhook.name, count + 1);
    return { ...webhook, configuration: configurationName, uid: `${configurationName}/${webhook.name}/${count}` };
  });
}
