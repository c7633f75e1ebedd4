import type { Machine } from '../registry/machine.ts';
import type { Store } from '../storage/store.ts';

const GROUP = 'admissionregistration.k8s.io';

/** Kinds whose objects give somebody outside the built-in plugins a say. */
export const HOOK_KINDS = {
  mutatingWebhooks: `mutatingwebhookconfigurations.${GROUP}`,
  validatingWebhooks: `validatingwebhookconfigurations.${GROUP}`,
  mutatingBindings: `mutatingadmissionpolicybindings.${GROUP}`,
  validatingBindings: `validatingadmissionpolicybindings.${GROUP}`,
} as const;

/** How many objects of each kind there are, and a count that tells when any of them has changed. */
interface HookCounts extends Record<keyof typeof HOOK_KINDS, number> {
  changes: number;
}

const known = new WeakMap<Store, HookCounts>();

/** Kept up to date from the first question on, so that a write without hooks pays for nothing. */
export function hookCounts({ store }: Machine): HookCounts {
  let counts = known.get(store);
  if (counts) return counts;
  const fresh: HookCounts = {
    mutatingWebhooks: 0,
    validatingWebhooks: 0,
    mutatingBindings: 0,
    validatingBindings: 0,
    changes: 0,
  };
  for (const key of Object.keys(HOOK_KINDS) as (keyof typeof HOOK_KINDS)[]) {
    const resource = HOOK_KINDS[key];
    const count = () => {
      fresh[key] = store.list(resource).length;
      fresh.changes++;
    };
    count();
    store.subscribe(resource, count);
  }
  counts = fresh;
  known.set(store, counts);
  return counts;
}

/** Whether a write may have to wait for a webhook or a policy. */
export function hasHooks(machine: Machine): boolean {
  const { mutatingWebhooks, validatingWebhooks, mutatingBindings, validatingBindings } = hookCounts(machine);
  return mutatingWebhooks + validatingWebhooks + mutatingBindings + validatingBindings > 0;
}
