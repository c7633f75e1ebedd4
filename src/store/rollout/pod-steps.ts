import type { KubeObject } from '../../api/meta.ts';
import { conditionOf } from './conditions.ts';
import type { ContainerNode } from './containers.ts';
import type { PodPull } from './pod-pulls.ts';

/** What a pod goes through, in this order; `probes` ends when it is ready, `settle` when it is available. */
export type StepName = 'schedule' | 'init' | 'pull' | 'start' | 'probes' | 'settle';

/** Times are ms since the epoch; whole seconds where only the pod's status tells them. */
export interface PodStep {
  name: StepName;
  state: 'done' | 'now' | 'todo';
  from: number | undefined;
  to: number | undefined;
}

const ms = (text: string | undefined): number | undefined => (text ? Date.parse(text) : undefined);
const latest = (times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined);
  return known.length === times.length && known.length > 0 ? Math.max(...known) : undefined;
};
const earliest = (times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
};

/**
 * The time line of a pod: how long each step took, or since when it lasts.
 * @param minReadyMs how long a pod has to be ready before it counts as available
 */
export function podSteps(
  pod: KubeObject,
  containers: readonly ContainerNode[],
  pulls: readonly PodPull[],
  { minReadyMs, now }: { minReadyMs: number; now: number },
): PodStep[] {
  const since = (type: string) => {
    const condition = conditionOf(pod, type);
    return condition?.status === 'True' ? ms(condition.lastTransitionTime) : undefined;
  };
  const created = ms(pod.metadata.creationTimestamp);
  const scheduled = since('PodScheduled') ?? (pod.spec?.nodeName ? created : undefined);
  const inits = containers.filter(({ init }) => init);
  const main = containers.filter(({ init }) => !init);
  // Images of init containers come within `init`; those of the others after it.
  const own = pulls.filter(({ container }) => main.some(({ name }) => name === container));
  const here = own.length === main.length && own.every(({ state }) => state === 'cached' || state === 'pulled');
  const started = latest(main.map((one) => one.firstStartAt));
  const placed = inits.length > 0 ? since('Initialized') : scheduled;
  // What was said of its image when it was started again is not when it came.
  const came = own.map(({ container, to }) => {
    const first = main.find(({ name }) => name === container)?.firstStartAt;
    return first !== undefined && (to === undefined || to > first) ? first : to;
  });
  const pulled = here ? latest(came) : started;
  const steps: { name: StepName; from: number | undefined; to: number | undefined }[] = [
    { name: 'schedule', from: created, to: scheduled },
    ...(inits.length > 0
      ? [{ name: 'init' as const, from: earliest(inits.map((one) => one.firstStartAt)) ?? scheduled, to: placed }]
      : []),
    { name: 'pull', from: earliest(own.map(({ from }) => from)) ?? placed, to: pulled },
    { name: 'start', from: pulled, to: started },
    { name: 'probes', from: started, to: since('Ready') },
  ];
  const ready = since('Ready');
  if (minReadyMs > 0) {
    const settled = ready === undefined || now < ready + minReadyMs ? undefined : ready + minReadyMs;
    steps.push({ name: 'settle', from: ready, to: settled });
  }
  let running = true;
  return steps.map(({ name, from, to }) => {
    if (!running) return { name, state: 'todo', from: undefined, to: undefined };
    if (to !== undefined) return { name, state: 'done', from: Math.min(from ?? to, to), to };
    running = false;
    return { name, state: 'now', from, to: undefined };
  });
}

/** How long a step lasts or has lasted, in ms; undefined where it has not begun. */
export function stepMs({ from, to }: PodStep, now: number): number | undefined {
  return from === undefined ? undefined : Math.max(0, (to ?? now) - from);
}
