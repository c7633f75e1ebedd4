import { type Selector, selectorOf } from '../../lib/label-selector.ts';
import type { KubeObject } from '../meta.ts';
import { filterNode, type Plan } from './filters/index.ts';
import { noVictims, type PreemptionOutcome } from './message.ts';
import { type Delta, type NodeInfo, type PlacedPod, priorityOf } from './node-info.ts';
import type { Rejection } from './rejection.ts';
import type { ObjectSource } from './source.ts';

const BUDGETS = 'poddisruptionbudgets.policy';

export interface Candidate {
  node: string;
  /** The most important first. */
  victims: readonly PlacedPod[];
  /** Of them, how many a disruption budget protects. */
  violations: number;
}

type Judge = (info: NodeInfo, delta: Delta) => Rejection | undefined;

/** At least so many nodes are tried, and at least this share of them (DefaultPreemptionArgs). */
const LEAST_TRIED = 100;
const SHARE_TRIED = 0.1;

const startOf = ({ pod }: PlacedPod): number =>
  Date.parse(pod['status']?.startTime ?? pod.metadata.creationTimestamp ?? '');

const byImportance = (a: PlacedPod, b: PlacedPod): number => b.priority - a.priority || startOf(a) - startOf(b);

/**
 * Why the pod may not make others go, in the scheduler's words: its class says never, or those whom it made go are
 * still on their way out.
 */
export function ineligible(
  pod: KubeObject,
  nominated: NodeInfo | undefined,
  rejection: Rejection | undefined,
): string | undefined {
  if (pod['spec'].preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  // A node that nobody's going could open is given up.
  if (!nominated || rejection?.resolvable === false) return undefined;
  for (const placed of nominated.pods())
    if (placed.priority < priorityOf(pod) && isPreempted(placed.pod))
      return 'not eligible due to a terminating pod on the nominated node.';
  return undefined;
}

const isPreempted = ({ metadata, status }: KubeObject): boolean =>
  metadata.deletionTimestamp !== undefined &&
  (status?.conditions ?? []).some(
    ({ type, status: is, reason }: { type: string; status: string; reason?: string }) =>
      type === 'DisruptionTarget' && is === 'True' && reason === 'PreemptionByScheduler',
  );

/**
 * Which less important pods would have to go, and from where, so that a pod finds its place: as few and as
 * unimportant ones as possible, and none that a disruption budget protects where that can be had (kubernetes plugin
 * DefaultPreemption).
 * @param resolvable nodes whose refusal might end with the going of others
 * @param judge whether the pod would fit on a node with other pods on it
 */
export function findVictims(
  plan: Plan,
  resolvable: readonly NodeInfo[],
  source: ObjectSource,
  random: () => number,
  judge: Judge = (info, delta) => filterNode(plan, info, delta),
): Candidate | Extract<PreemptionOutcome, { kind: 'none' }> {
  const budgets = budgetsOf(source);
  const reasons = new Map<string, readonly string[]>();
  const found: Candidate[] = [];
  const enough = Math.min(Math.max(Math.floor(resolvable.length * SHARE_TRIED), LEAST_TRIED), resolvable.length);
  const offset = Math.floor(random() * resolvable.length);
  for (let at = 0; at < resolvable.length; at++) {
    const info = resolvable[(offset + at) % resolvable.length]!;
    const tried = victimsOn(plan, info, budgets, judge);
    if ('plugin' in tried) {
      reasons.set(info.name, tried.reasons);
      continue;
    }
    found.push(tried);
    if (found.length >= enough && found.some(({ violations }) => violations === 0)) break;
  }
  return found.length > 0 ? bestOf(found) : { kind: 'none', reasons };
}

/** Smaller is better, compared in order (kubernetes pickOneNodeForPreemption). */
function costOf({ victims, violations }: Candidate): number[] {
  const highest = victims[0]!.priority;
  const starts = victims.filter(({ priority }) => priority === highest).map(startOf);
  return [
    violations,
    highest,
    victims.reduce((sum, { priority }) => sum + priority + 2 ** 31, 0),
    victims.length,
    -Math.min(...starts),
  ];
}

function bestOf(candidates: readonly Candidate[]): Candidate {
  const costs = candidates.map((candidate) => ({ candidate, cost: costOf(candidate) }));
  const better = (a: number[], b: number[]): boolean => {
    const at = a.findIndex((cost, index) => cost !== b[index]);
    return at >= 0 && a[at]! < b[at]!;
  };
  return costs.reduce((best, one) => (better(one.cost, best.cost) ? one : best)).candidate;
}

function victimsOn(plan: Plan, info: NodeInfo, budgets: readonly Budget[], judge: Judge): Candidate | Rejection {
  const lesser = [...info.pods()].filter(({ priority }) => priority < priorityOf(plan.pod)).sort(byImportance);
  if (lesser.length === 0) return { plugin: 'DefaultPreemption', reasons: [noVictims], resolvable: false };
  const alone = judge(info.with({ removed: lesser }), { removed: lesser });
  if (alone) return alone;
  const broken = violatedBy(lesser, budgets);
  // The protected, and then the important ones, are the first that may stay.
  const order = [...lesser.filter((one) => broken.has(one)), ...lesser.filter((one) => !broken.has(one))];
  const gone = new Set(lesser);
  let violations = 0;
  for (const one of order) {
    gone.delete(one);
    const removed = [...gone];
    if (!judge(info.with({ removed }), { removed })) continue;
    gone.add(one);
    if (broken.has(one)) violations++;
  }
  return { node: info.name, victims: lesser.filter((one) => gone.has(one)), violations };
}

interface Budget {
  namespace: string | undefined;
  selector: Selector;
  allowed: number;
  disrupted: Readonly<Record<string, unknown>>;
}

const budgetsOf = (source: ObjectSource): Budget[] =>
  source.list(BUDGETS).map(({ metadata, spec, status }) => ({
    namespace: metadata.namespace,
    selector: selectorOf(spec?.selector),
    allowed: status?.disruptionsAllowed ?? 0,
    disrupted: status?.disruptedPods ?? {},
  }));

/** Those whose going would break a disruption budget; the most important ones use it up first. */
function violatedBy(pods: readonly PlacedPod[], budgets: readonly Budget[]): Set<PlacedPod> {
  const left = budgets.map(({ allowed }) => allowed);
  const broken = new Set<PlacedPod>();
  for (const placed of pods) {
    const name = placed.pod.metadata.name!;
    for (const [at, { namespace, selector, disrupted }] of budgets.entries()) {
      // An empty selector protects nothing here.
      if (namespace !== placed.namespace || selector.requirements.length === 0 || name in disrupted) continue;
      if (!selector.matches(placed.labels)) continue;
      left[at]!--;
      if (left[at]! < 0) broken.add(placed);
    }
  }
  return broken;
}
