import type { KubeObject } from '../../api/meta.ts';
import { selectorOf } from '../../lib/label-selector.ts';
import type { DeleteOptions } from '../client.ts';
import { timestamp } from '../clock.ts';
import { internalError, notFound, tooManyRequests } from '../errors.ts';
import { setCondition } from './bind.ts';
import { deepCopy } from './copy.ts';
import { deleteObject } from './delete.ts';
import type { Machine, WriteOptions } from './machine.ts';

const BUDGETS = 'poddisruptionbudgets.policy';

/**
 * Deletes a pod unless a disruption budget forbids it (policy/v1 Eviction).
 * @throws ApiStatusError 429 with cause DisruptionBudget; 500 when several budgets claim the pod
 */
export function evictPod(
  machine: Machine,
  namespace: string,
  name: string,
  options: WriteOptions & DeleteOptions,
): void {
  const { store } = machine;
  const resource = machine.catalog.named('pods')!;
  const pod = store.get('pods', namespace, name);
  if (!pod) throw notFound(resource, name);
  const phase = pod.status?.phase;
  const counted = phase === 'Running' && !pod.metadata.deletionTimestamp;
  const budgets = counted
    ? store
        .list(BUDGETS, namespace)
        .filter((budget) => budget.spec?.selector && selectorOf(budget.spec.selector).matches(pod.metadata.labels))
    : [];
  if (budgets.length > 1) {
    throw internalError(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  if (budgets[0]) spend(machine, budgets[0], name, options.dryRun ?? false);
  if (!options.dryRun && counted) {
    const marked = deepCopy(pod);
    setCondition(
      marked,
      { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' },
      timestamp(machine.clock),
    );
    store.put('pods', marked);
  }
  deleteObject(machine, resource, namespace, name, options);
}

function spend(machine: Machine, budget: KubeObject, pod: string, dryRun: boolean): void {
  const status = budget.status ?? {};
  const allowed = Number(status.disruptionsAllowed ?? 0);
  const stale = Number(status.observedGeneration ?? 0) < Number(budget.metadata.generation ?? 0);
  if (stale || allowed <= 0) {
    const why = stale
      ? `The disruption budget ${budget.metadata.name} is still being processed by the server.`
      : `The disruption budget ${budget.metadata.name} needs ${status.desiredHealthy ?? 0} healthy pods and has ${status.currentHealthy ?? 0} currently`;
    throw tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", {
      causes: [{ reason: 'DisruptionBudget', message: why }],
    });
  }
  if (dryRun) return;
  const spent = deepCopy(budget);
  spent.status.disruptionsAllowed = allowed - 1;
  spent.status.disruptedPods = { ...status.disruptedPods, [pod]: timestamp(machine.clock) };
  machine.store.put(BUDGETS, spent);
}
