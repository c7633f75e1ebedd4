import type { LayerPull } from '../../api/node-pulls.ts';
import { padText } from '../../lib/text-width.ts';
import type { ContainerNode } from '../../store/rollout/containers.ts';
import type { PodNode } from '../../store/rollout/pod-progress.ts';
import type { PodPull } from '../../store/rollout/pod-pulls.ts';
import { type PodStep, type StepName, stepMs } from '../../store/rollout/pod-steps.ts';
import { barOf, sizeOf, spanText } from './figures.ts';

/** Each step when it is over, and while it lasts. */
const stepWords: Readonly<Record<StepName, readonly [done: string, now: string]>> = {
  schedule: ['scheduled', 'looks for a node'],
  init: ['initialised', 'init containers run'],
  pull: ['pulled', 'waits for its images'],
  start: ['started', 'starts'],
  probes: ['ready', 'probed'],
  settle: ['available', 'ready, not yet available'],
};

/** The time line of a pod in one line; '' where it has none. */
export function stepsLine(pod: PodNode, now: number): string {
  const cached = pod.pulls.length > 0 && pod.pulls.every(({ state }) => state === 'cached');
  return pod.steps
    .filter(({ state }) => state !== 'todo')
    .map((step) => stepText(step, now, cached))
    .join(' → ');
}

function stepText(step: PodStep, now: number, cached: boolean): string {
  const [done, still] = stepWords[step.name];
  const ms = stepMs(step, now);
  const span = ms === undefined ? '' : ` ${spanText(ms)}`;
  if (step.name === 'pull' && step.state === 'done' && cached) return 'image was there';
  return step.state === 'done' ? `${done}${span}` : `${still}${span}…`;
}

const BAR = 20;
/** Worked out, not told. */
const about = (pull: PodPull): string => (pull.exact ? '' : '~');

/** Pulls that are under way, each with its layers where they are known and wanted. */
export function pullLines(pod: PodNode, now: number, withLayers: boolean): string[] {
  return pod.pulls
    .filter(({ state }) => state === 'pulling' || state === 'waiting')
    .flatMap((pull) => [
      pullLine(pull, now),
      ...(withLayers ? pull.layers.map((layer) => layerLine(layer, pull, now)) : []),
    ]);
}

function pullLine(pull: PodPull, now: number): string {
  const { image, bytes, doneBytes, from, to, layers } = pull;
  const there = layers.filter(({ state }) => state === 'cached').length;
  const shared = layers.filter(({ state }) => state === 'shared').length;
  const parts: string[] = [];
  if (pull.state === 'waiting') {
    parts.push(`waits for other pulls of the node${from === undefined ? '' : `, ${spanText(from - now)} left`}`);
  } else {
    if (bytes && doneBytes !== undefined) {
      const percent = Math.floor((doneBytes / bytes) * 100);
      const bar = barOf(BAR, bytes, [{ share: doneBytes, sign: '█' }]);
      parts.push(`${bar} ${percent}%  ${sizeOf(doneBytes)} of ${sizeOf(bytes)}`);
    } else if (bytes !== undefined) parts.push(`~${sizeOf(bytes)} to pull`);
    if (to !== undefined) parts.push(to > now ? `${about(pull)}${spanText(to - now)} left` : 'any moment');
  }
  if (there > 0) parts.push(`${there} of ${layers.length} layers ${about(pull)}cached on this node`);
  if (shared > 0) parts.push(`${shared} come with another pull`);
  return `pull ${image}  ${parts.join(' · ')}`;
}

/** `sha256:` and 64 digits are too long for a screen; docker shows twelve of them. */
const shortDigest = (digest: string): string => digest.replace(/^\w+:/, '').slice(0, 12);

function layerLine(layer: LayerPull, pull: PodPull, now: number): string {
  const { digest, sizeBytes, state, doneBytes, endsAt } = layer;
  const words: Readonly<Record<LayerPull['state'], () => string>> = {
    cached: () => `${about(pull)}cached on this node`,
    shared: () => 'comes with another pull',
    waiting: () => (pull.exact ? 'waiting' : 'to pull'),
    pulled: () => 'pulled',
    pulling: () => {
      const bar = barOf(BAR, sizeBytes, [{ share: doneBytes, sign: '█' }]);
      const left = endsAt ? ` ${spanText(Math.max(0, Date.parse(endsAt) - now))} left` : '';
      return `${bar} ${sizeOf(doneBytes)}${left}`;
    },
  };
  return `  ${shortDigest(digest)}  ${padText(sizeOf(sizeBytes), 7)}  ${words[state]()}`;
}

/** The containers of a pod, where there are several or one of them is in trouble. */
export function containerLines(pod: PodNode, now: number): string[] {
  const isPlain = (one: ContainerNode) =>
    one.init ? one.state === 'terminated' && one.exitCode === 0 : one.state === 'running' && one.restarts === 0;
  const mains = pod.containers.filter(({ init }) => !init);
  if (pod.stage === 'terminating' || pod.stage === 'pending') return [];
  if (pod.stage === 'ready' && pod.containers.every(isPlain)) return [];
  if (pod.containers.length === 1 && (mains[0]?.reason === 'ContainerCreating' || isPlain(mains[0]!))) return [];
  const width = Math.max(...pod.containers.map(({ name }) => name.length));
  return pod.containers.map((container) => {
    const kind = container.init ? 'init container' : 'container';
    return `${kind} ${padText(container.name, width)}  ${containerText(container, now)}`;
  });
}

function containerText(container: ContainerNode, now: number): string {
  const { state, reason, ready, restarts, startedAt, exitCode, init } = container;
  const again = restarts > 0 ? ` · ${restarts} restart${restarts === 1 ? '' : 's'}` : '';
  if (state === 'running') {
    const age = startedAt ? ` ${spanText(now - Date.parse(startedAt))}` : '';
    return `runs${age}${init ? '' : ready ? ' · ready' : ' · not ready'}${again}`;
  }
  if (state === 'terminated') return `${exitCode === 0 ? 'done' : `ended with ${exitCode}`}${again}`;
  return `waits${reason ? ` (${reason})` : ''}${again}`;
}
