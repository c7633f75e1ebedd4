import type { KubeObject } from '../../api/meta.ts';
import { selectorOf } from '../../lib/label-selector.ts';
import type { DeleteOptions } from '../client.ts';
import { timestamp } from '../clock.ts';
import { forbidden, notFound, plainError, tooManyRequests } from '../errors.ts';
import { admitAndCheck } from './admit.ts';
import { setCondition } from './bind.ts';
import { deepCopy } from './copy.ts';
import { checkPreconditions, deleteAdmitted } from './delete.ts';
import type { AdmissionRequest, Machine, Outcome, WriteOptions } from './machine.ts';

const BUDGETS = 'poddisruptionbudgets.policy';

/**
 * Deletes a pod unless a disruption budget forbids it (policy/v1 Eviction). The delete itself is not
 * put to admission again.
 * @throws ApiStatusError 429 with cause DisruptionBudget; 500 when several budgets claim the pod
 */
export function evictPod(
  machine: Machine,
  namespace: string,
  name: string,
  eviction: KubeObject,
  options: WriteOptions & DeleteOptions,
): Outcome<void> {
  const request: AdmissionRequest = {
    operation: 'CREATE',
    resource: machine.catalog.named('pods')!,
    namespace,
    name,
    object: eviction,
    previous: undefined,
    subresource: 'eviction',
    kind: EVICTION,
    options: options.request,
    dryRun: options.dryRun ?? false,
    user: options.user,
    warn: options.warn,
    machine,
  };
  return admitAndCheck(request, () => evictAdmitted(machine, namespace, name, options));
}

const EVICTION = { group: 'policy', version: 'v1', kind: 'Eviction' };

function evictAdmitted(machine: Machine, namespace: string, name: string, options: WriteOptions & DeleteOptions): void {
  const { store } = machine;
  const resource = machine.catalog.named('pods')!;
  const pod = store.get('pods', namespace, name);
  if (!pod) throw notFound(resource, name);
  checkPreconditions(resource, pod, options);
  const counted = pod.status?.phase === 'Running' && !pod.metadata.deletionTimestamp;
  const budgets = counted
    ? store
        .list(BUDGETS, namespace)
        .filter((budget) => budget.spec?.selector && selectorOf(budget.spec.selector).matches(pod.metadata.labels))
    : [];
  if (budgets.length > 1) {
    throw plainError(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  const dryRun = options.dryRun ?? false;
  if (budgets[0] && !needsNoBudget(pod, budgets[0])) spend(machine, budgets[0], name, dryRun);
  if (dryRun || !counted) {
    deleteAdmitted(machine, resource, pod, options);
    return;
  }
  const marked = deepCopy(pod);
  setCondition(
    marked,
    { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' },
    timestamp(machine.clock),
  );
  deleteAdmitted(machine, resource, store.put('pods', marked), options);
}

/** A pod that does not serve disrupts nobody (policy/v1 unhealthyPodEvictionPolicy). */
function needsNoBudget(pod: KubeObject, budget: KubeObject): boolean {
  const conditions = (pod.status?.conditions ?? []) as { type: string; status: string }[];
  if (conditions.some(({ type, status }) => type === 'Ready' && status === 'True')) return false;
  if (budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

/** More evictions that nobody has seen happen are a sign that nobody looks. */
const MOST_DISRUPTED = 2000;
const ALLOWED = 'DisruptionAllowed';

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** Why a budget has nothing to give (kubernetes pkg/registry/core/pod/storage/eviction.go). */
function whyNot({ metadata, status = {} }: KubeObject): string {
  const { desiredHealthy = 0, currentHealthy = 0, conditions = [] } = status;
  const budget = `The disruption budget ${metadata.name}`;
  const said = (conditions as Condition[]).find(
    ({ type, status: is, message }) => type === ALLOWED && is === 'False' && message,
  );
  if (said?.reason === 'SyncFailed') {
    return `${budget} does not allow evicting pods currently because it failed sync: ${said.message}`;
  }
  if (currentHealthy <= desiredHealthy) {
    return `${budget} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  }
  return `${budget} does not allow evicting pods currently${said ? ` (${said.reason}): ${said.message}` : ''}`;
}

function spend(machine: Machine, budget: KubeObject, pod: string, dryRun: boolean): void {
  const status = budget.status ?? {};
  const allowed = Number(status.disruptionsAllowed ?? 0);
  const name = budget.metadata.name!;
  const stale = Number(status.observedGeneration ?? 0) < Number(budget.metadata.generation ?? 0);
  if (!stale && Object.keys(status.disruptedPods ?? {}).length > MOST_DISRUPTED) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
    throw forbidden({ group: 'policy', plural: 'poddisruptionbudget' }, name, why);
  }
  if (stale || allowed <= 0) {
    const why = stale ? `The disruption budget ${name} is still being processed by the server.` : whyNot(budget);
    throw tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", {
      causes: [{ reason: 'DisruptionBudget', message: why }],
      // Who is still counting will have counted soon.
      ...(stale ? { retryAfterSeconds: 10 } : {}),
    });
  }
  if (dryRun) return;
  const spent = deepCopy(budget);
  const now = timestamp(machine.clock);
  spent.status.disruptionsAllowed = allowed - 1;
  spent.status.disruptedPods = { ...status.disruptedPods, [pod]: now };
  if (allowed === 1) {
    const others = ((status.conditions ?? []) as Condition[]).filter(({ type }) => type !== ALLOWED);
    const none = {
      type: ALLOWED,
      status: 'False',
      reason: 'InsufficientPods',
      message: '',
      lastTransitionTime: now,
      observedGeneration: status.observedGeneration,
    };
    spent.status.conditions = [...others, none];
  }
  machine.store.put(BUDGETS, spent);
}
