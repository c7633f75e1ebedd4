import type { LayerPull } from '../../../api/node-pulls.ts';
import { findBuiltin } from '../../../api/resources.ts';
import { sizeText } from '../../../lib/size-text.ts';
import type { PodNode } from '../../../store/rollout/pod-progress.ts';
import type { PodPull } from '../../../store/rollout/pod-pulls.ts';
import { stepMs } from '../../../store/rollout/pod-steps.ts';
import type { RolloutTree } from '../../../store/rollout/tree.ts';
import type { ThemeToken } from '../../../theme/tokens.ts';
import { say } from '../../words/say.ts';
import type { ObjectRef } from '../view.ts';
import { spanText, stepWords } from './figures.ts';
import { layerSpans, podSpans, pullSpans, type Span } from './gantt-spans.ts';
import { podRef, stageLook, stageText, troubleOf } from './rollout-tree.ts';

/** A row of the gantt: a node, a pod on it, a pull or a layer. Texts are as the cluster has them. */
export interface GanttRow {
  key: string;
  depth: number;
  /** What is told before the label to who hears it. */
  kind: 'node' | 'pod' | 'pull' | 'layer';
  label: string;
  sign: string;
  token: ThemeToken;
  note: string;
  spans: readonly Span[];
  ref?: ObjectRef;
  /** Folded until somebody unfolds it. */
  folded: boolean;
  children: readonly GanttRow[];
}

/** One row for each node on which pods are made or taken away, by name; pods that have none come first. */
export function nodeRows(tree: RolloutTree, now: number): GanttRow[] {
  const byNode = new Map<string, { fresh: PodNode[]; leaving: PodNode[] }>();
  for (const { pods, isNew } of tree.revisions) {
    for (const pod of pods) {
      const isLeaving = pod.stage === 'terminating';
      if (!isNew && !isLeaving) continue;
      const here = byNode.get(pod.node) ?? { fresh: [], leaving: [] };
      byNode.set(pod.node, here);
      (isLeaving ? here.leaving : here.fresh).push(pod);
    }
  }
  return [...byNode]
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([node, { fresh, leaving }]) => nodeRow(tree, node, [...fresh, ...leaving], now));
}

function nodeRow(tree: RolloutTree, node: string, pods: readonly PodNode[], now: number): GanttRow {
  const rows = pods.map((pod) => podRow(tree, pod, now));
  const [only] = rows;
  // What is furthest from its end speaks for the node.
  const first = pods.toSorted((a, b) => worth(a) - worth(b))[0]!;
  const leaving = pods.filter(({ stage }) => stage === 'terminating').length;
  const others = pods.length - 1;
  const note = [
    podNote(first, now),
    ...(others > leaving ? [say('{count} pods', { count: pods.length - leaving })] : []),
    ...(leaving > 0 && first.stage !== 'terminating' ? [say('{count} leaving', { count: leaving })] : []),
  ].join(' · ');
  const isPulling = pods.some(({ pulls }) => pulls.some(({ state }) => state === 'pulling' || state === 'waiting'));
  return {
    key: `node:${node}`,
    depth: 0,
    kind: 'node',
    label: node || say('no node yet'),
    sign: lookOf(first)[0],
    token: lookOf(first)[1],
    note,
    spans: rows.flatMap(({ spans }) => spans),
    ...(node && { ref: { resource: findBuiltin('nodes')!, namespace: undefined, name: node } }),
    folded: !isPulling,
    // A pod by itself is its node's row.
    children: only && rows.length === 1 ? only.children.map(outdented) : rows,
  };
}

const outdented = (row: GanttRow): GanttRow => ({
  ...row,
  depth: row.depth - 1,
  children: row.children.map(outdented),
});

const order = ['failed', 'pending', 'scheduled', 'pulling', 'init', 'starting', 'started', 'ready', 'succeeded'];
const worth = (pod: PodNode): number =>
  troubleOf(pod) ? -1 : pod.stage === 'terminating' ? order.length : order.indexOf(pod.stage);

const lookOf = (pod: PodNode): readonly [string, ThemeToken] =>
  troubleOf(pod) ? ['x', 'status.error'] : stageLook[pod.stage];

function podRow(tree: RolloutTree, pod: PodNode, now: number): GanttRow {
  const [sign, token] = lookOf(pod);
  const several = pod.pulls.length > 1;
  const children = pod.pulls.flatMap((pull): GanttRow[] => {
    const layers = pull.layers.map((layer) => layerRow(pod, pull, layer, several ? 3 : 2, now));
    return several ? [{ ...pullRow(pod, pull, now), children: layers }] : layers;
  });
  const isPulling = pod.pulls.some(({ state }) => state === 'pulling' || state === 'waiting');
  return {
    key: `pod:${pod.uid || pod.name}`,
    depth: 1,
    kind: 'pod',
    label: pod.name,
    ...{ sign, token, note: podNote(pod, now) },
    spans: podSpans(pod, now),
    ref: podRef(tree, pod),
    folded: !isPulling,
    children,
  };
}

/** What a pod does now, and for how long. */
function podNote(pod: PodNode, now: number): string {
  const pull = pod.pulls.find(({ state }) => state === 'pulling' || state === 'waiting');
  const trouble = troubleOf(pod);
  if (trouble) return trouble;
  if (pull) return pullNote(pull, now);
  const step = pod.steps.find(({ state }) => state === 'now');
  if (!step || pod.stage === 'terminating') return stageText(pod);
  const ms = stepMs(step, now);
  return `${say(stepWords[step.name])}${ms === undefined ? '' : ` ${spanText(ms)}`}`;
}

function pullRow(pod: PodNode, pull: PodPull, now: number): GanttRow {
  const isOver = pull.state === 'cached' || pull.state === 'pulled';
  return {
    key: `pull:${pod.uid}/${pull.container}`,
    depth: 2,
    kind: 'pull',
    label: pull.image,
    sign: pull.state === 'failed' ? 'x' : isOver ? '●' : '◔',
    token: pull.state === 'failed' ? 'status.error' : isOver ? 'status.ok' : 'status.progress',
    note: pullNote(pull, now),
    spans: pullSpans(pull, now),
    folded: isOver,
    children: [],
  };
}

/** Worked out, not told. */
const about = ({ exact }: PodPull): string => (exact ? '' : '~');

/** How a pull goes: `pull 43% 2.1MB/4.6MB ~3s left`. */
function pullNote(pull: PodPull, now: number): string {
  const { state, bytes, doneBytes, from, to } = pull;
  if (state === 'failed') return say('pull failed');
  if (state === 'cached') return say('image cached');
  if (state === 'pulled') return bytes === undefined ? say('pulled') : say('pulled {size}', { size: sizeText(bytes) });
  const left =
    to === undefined
      ? []
      : [to > now ? `${about(pull)}${say('{time} left', { time: spanText(to - now) })}` : say('any moment')];
  if (state === 'waiting') {
    const before = from === undefined || from <= now ? '' : ` ${spanText(from - now)}`;
    return `${say('waits for other pulls')}${before}`;
  }
  if (bytes && doneBytes !== undefined) {
    const percent = Math.floor((doneBytes / bytes) * 100);
    return [say('pull {percent}%', { percent }), `${sizeText(doneBytes)}/${sizeText(bytes)}`, ...left].join(' ');
  }
  return [say('pulling'), ...(bytes === undefined ? [] : [`~${sizeText(bytes)}`]), ...left].join(' ');
}

/** `sha256:` and 64 digits are too long for a screen; docker shows twelve of them. */
const shortDigest = (digest: string): string => digest.replace(/^\w+:/, '').slice(0, 12);

const layerLooks: Readonly<Record<LayerPull['state'], readonly [sign: string, token: ThemeToken]>> = {
  cached: ['=', 'status.done'],
  shared: ['=', 'status.done'],
  waiting: ['○', 'text.muted'],
  pulling: ['◔', 'status.progress'],
  pulled: ['●', 'status.ok'],
};

function layerRow(pod: PodNode, pull: PodPull, layer: LayerPull, depth: number, now: number): GanttRow {
  const [sign, token] = layerLooks[layer.state];
  return {
    key: `layer:${pod.uid}/${pull.container}/${layer.digest}`,
    depth,
    kind: 'layer',
    label: `${shortDigest(layer.digest)} ${sizeText(layer.sizeBytes)}`,
    ...{ sign, token, note: layerNote(pull, layer, now) },
    spans: layerSpans(layer, now),
    folded: false,
    children: [],
  };
}

function layerNote(pull: PodPull, { state, sizeBytes, doneBytes, endsAt }: LayerPull, now: number): string {
  switch (state) {
    case 'cached':
      return `${about(pull)}${say('cached on this node')}`;
    case 'shared':
      return say('comes with another pull');
    case 'waiting':
      return pull.exact ? say('waiting') : say('to pull');
    case 'pulled':
      return say('pulled {size}', { size: sizeText(sizeBytes) });
    default: {
      const left = endsAt ? ` ${say('{time} left', { time: spanText(Date.parse(endsAt) - now) })}` : '';
      return `${sizeText(doneBytes)}/${sizeText(sizeBytes)}${left}`;
    }
  }
}
