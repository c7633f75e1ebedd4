import type { KubeObject } from '../../api/meta.ts';
import { selectorOf } from '../../lib/label-selector.ts';
import { isReady } from '../why/pod-facts.ts';

/** What an eviction is told now, evictions before it counted in. */
export type Permission = { allowed: true; budget?: string; room?: number } | { allowed: false; why: string };

/**
 * Asks disruption budgets as the server's eviction does (registry/core/pod/storage/eviction.go): a pod that does not
 * run needs none; one that is not ready may go where the budget is healthy, or says so; else each eviction takes one
 * of the disruptions that are allowed.
 */
export class BudgetRoom {
  readonly #budgets: readonly { object: KubeObject; matches(labels: Record<string, string> | undefined): boolean }[];
  readonly #left = new Map<KubeObject, number>();

  constructor(budgets: readonly KubeObject[]) {
    // A budget without a selector is about no pod; an empty selector is about all.
    const choosing = budgets.filter(({ spec }) => spec?.selector);
    this.#budgets = choosing.map((object) => {
      const selector = selectorOf(object['spec'].selector);
      return { object, matches: (labels) => selector.matches(labels) };
    });
    for (const { object } of this.#budgets) this.#left.set(object, object['status']?.disruptionsAllowed ?? 0);
  }

  evict(pod: KubeObject): Permission {
    const phase: string | undefined = pod['status']?.phase;
    const { namespace, labels, deletionTimestamp } = pod.metadata;
    if (phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || deletionTimestamp)
      return { allowed: true };
    const found = this.#budgets.filter(
      ({ object, matches }) => object.metadata.namespace === namespace && matches(labels),
    );
    const names = found.map(({ object }) => object.metadata.name ?? '');
    if (found.length > 1)
      return { allowed: false, why: `several budgets are about it (${names.join(', ')}): it cannot be evicted` };
    const budget = found[0]?.object;
    if (!budget) return { allowed: true };
    const { currentHealthy: healthy = 0, desiredHealthy: wanted = 0 } = budget['status'] ?? {};
    const whole = healthy >= wanted && wanted > 0;
    if (!isReady(pod) && (budget['spec'].unhealthyPodEvictionPolicy === 'AlwaysAllow' || whole))
      return { allowed: true };
    const left = this.#left.get(budget)!;
    if (left <= 0) {
      const allowed = budget['status']?.disruptionsAllowed ?? 0;
      const state =
        allowed > 0 ? `allows ${allowed} at a time` : `has no room (${healthy} healthy, at least ${wanted} wanted)`;
      return { allowed: false, why: `budget ${names[0]} ${state}` };
    }
    this.#left.set(budget, left - 1);
    return { allowed: true, budget: names[0]!, room: left };
  }
}
