import type { PodNode } from './pod-progress.ts';
import { type PodStep, type StepName, stepMs } from './pod-steps.ts';
import type { RolloutState } from './state.ts';
import type { RolloutTree } from './tree.ts';

/** When a rollout will be done, as far as can be told. Always an estimate, never a promise. */
export interface Estimate {
  /** From now (ms). */
  leftMs: number;
  /** The step that the rest of the time goes to. */
  holds: StepName | 'room';
  /** The pod that is in this step now and the furthest from its end. */
  pod: string | undefined;
  node: string | undefined;
  /** `new`: by pods of the new revision that are ready; `old`: none is yet, by pods of the revision before. */
  from: 'new' | 'old';
  /** Rounds of pods that are still to begin. */
  rounds: number;
}

type Durations = Readonly<Partial<Record<StepName, number>>>;

/** Steps that a pod has to take, and how much of each is left. */
interface Left {
  pod: PodNode;
  ms: number;
  step: StepName;
}

/**
 * From how long the steps of pods took that are ready, what those that are under way have left, and how many
 * rounds the room for surge and missing pods makes of the others. Pulls that nodes tell of count by their own figures.
 *
 * @returns undefined while no pod has ever become ready, or nothing is left to do
 */
export function rolloutEstimate(state: RolloutState, tree: RolloutTree, now: number): Estimate | undefined {
  const fresh = tree.revisions.filter(({ isNew }) => isNew).flatMap(({ pods }) => pods);
  const minReadyMs = tree.minReadySeconds * 1000;
  const observed = observe(
    fresh.filter(({ stage }) => stage === 'ready').map(({ steps }) => steps),
    now,
  );
  const durations = observed ?? fromOld(state, tree);
  if (!durations) return undefined;
  const usual: Durations = {
    pull: longestPull(fresh),
    ...durations,
    ...(minReadyMs > 0 ? { settle: minReadyMs } : {}),
  };
  const lefts = fresh.flatMap((pod) => leftOf(pod, usual, now));
  const longest = lefts.reduce<Left | undefined>((most, one) => (!most || one.ms > most.ms ? one : most), undefined);
  const toMake = Math.max(0, tree.totals.desired - tree.totals.new);
  const atOnce = tree.ordered
    ? 1
    : Math.max(1, Math.min(tree.totals.desired, tree.room.surge.limit + tree.room.unavailable.limit));
  const rounds = Math.ceil(toMake / atOnce);
  const round = Object.values(usual).reduce((sum, ms) => sum + ms, 0);
  const leftMs = (longest?.ms ?? 0) + rounds * round;
  if (toMake === 0 && lefts.length === 0) return undefined;
  const slowest = Object.entries(usual).sort(([, a], [, b]) => b - a)[0]?.[0] as StepName | undefined;
  const isRoom = !longest && toMake > 0;
  return {
    leftMs,
    holds: isRoom ? 'room' : rounds * round > (longest?.ms ?? 0) ? (slowest ?? 'room') : longest!.step,
    pod: longest?.pod.name,
    node: longest?.pod.node || undefined,
    from: observed ? 'new' : 'old',
    rounds,
  };
}

/** Until a pod is ready, what those to come may have to pull is what the first of them do. */
function longestPull(pods: readonly PodNode[]): number {
  const spans = pods.flatMap(({ pulls }) =>
    pulls.map(({ from, to }) => (from === undefined || to === undefined ? 0 : to - from)),
  );
  return Math.max(0, ...spans);
}

/** The mean of each step over pods that took it. */
function observe(pods: readonly (readonly PodStep[])[], now: number): Durations | undefined {
  if (pods.length === 0) return undefined;
  const sums = new Map<StepName, { ms: number; count: number }>();
  for (const step of pods.flat()) {
    const ms = step.state === 'done' ? stepMs(step, now) : undefined;
    if (ms === undefined || step.name === 'settle') continue;
    const sum = sums.get(step.name) ?? { ms: 0, count: 0 };
    sums.set(step.name, { ms: sum.ms + ms, count: sum.count + 1 });
  }
  return Object.fromEntries([...sums].map(([name, { ms, count }]) => [name, ms / count]));
}

/** No new pod is ready yet: from its start, one may take as long as those of the revision before did. */
function fromOld(state: RolloutState, tree: RolloutTree): Durations | undefined {
  const took = tree.revisions
    .filter(({ isNew }) => !isNew)
    .flatMap(({ pods }) => pods)
    .flatMap(({ uid, reached }) => {
      const started = state.pods.get(uid) && reached.started;
      // A container that started anew says nothing of how long its pod took.
      if (!started || !reached.ready || !reached.scheduled) return [];
      const [at, ready, scheduled] = [Date.parse(started), Date.parse(reached.ready), Date.parse(reached.scheduled)];
      return ready >= at && at >= scheduled ? [{ start: at - scheduled, probes: ready - at }] : [];
    });
  if (took.length === 0) return undefined;
  return {
    // Some of them waited for their image, which pulls of the new one tell of themselves: the fastest did not.
    start: Math.min(...took.map(({ start }) => start)),
    probes: took.reduce((sum, { probes }) => sum + probes, 0) / took.length,
  };
}

function leftOf(pod: PodNode, usual: Durations, now: number): Left[] {
  if (pod.stage === 'terminating' || pod.stage === 'failed' || pod.stage === 'succeeded') return [];
  let ms = 0;
  let most: { step: StepName; ms: number } | undefined;
  for (const step of pod.steps) {
    if (step.state === 'done') continue;
    const left = step.state === 'now' ? (pullLeft(pod, step, now) ?? rest(step, usual, now)) : (usual[step.name] ?? 0);
    ms += left;
    // What is under way holds it, unless something that follows takes longer.
    if (!most || left > most.ms) most = { step: step.name, ms: left };
  }
  return most && pod.steps.some(({ state }) => state !== 'done') ? [{ pod, ms, step: most.step }] : [];
}

const rest = (step: PodStep, usual: Durations, now: number): number =>
  Math.max(0, (usual[step.name] ?? 0) - (stepMs(step, now) ?? 0));

/** What the node itself, or other pulls of the image, say of a pull. */
function pullLeft(pod: PodNode, step: PodStep, now: number): number | undefined {
  if (step.name !== 'pull' && step.name !== 'init') return undefined;
  const ends = pod.pulls.flatMap(({ state, to }) =>
    (state === 'pulling' || state === 'waiting') && to !== undefined ? [to] : [],
  );
  return ends.length > 0 ? Math.max(0, Math.max(...ends) - now) : undefined;
}
