import { ageSince } from '../../lib/age.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { padText, wrapWords } from '../../lib/text-width.ts';
import { recentNotices } from '../../store/rollout/news.ts';
import type { PodNode, PodStage } from '../../store/rollout/pod-progress.ts';
import type { RolloutSnapshot } from '../../store/rollout/snapshot.ts';
import type { RevisionNode, RolloutTree } from '../../store/rollout/tree.ts';
import { failureText, type Verdict } from '../../store/rollout/verdict.ts';
import { barOf, estimateText, sizeOf } from './figures.ts';
import { containerLines, pullLines, stepsLine } from './pod-lines.ts';

/** A sign per stage; words say the same, so that nothing hangs on the sign. */
const stageSigns: Readonly<Record<PodStage, string>> = {
  pending: '○',
  scheduled: '◔',
  pulling: '◔',
  init: '◑',
  starting: '◑',
  started: '◕',
  ready: '●',
  terminating: '◌',
  succeeded: '●',
  failed: '✖',
};

/** How much of a rollout is shown. */
export interface Detail {
  sets: boolean;
  steps: 'all' | 'under-way' | 'none';
  layers: boolean;
  containers: boolean;
  news: number;
}

export const fullDetail: Detail = { sets: true, steps: 'all', layers: true, containers: true, news: 6 };

interface Shown {
  detail?: Detail;
  /** How it ended, where it has. */
  verdict?: Verdict | undefined;
  /** Columns of the terminal: what holds the rollout up is broken into lines rather than cut. */
  width?: number;
}

/** The live tree: workload, room and end, revisions, pods, then events, the status and what holds the rollout up. */
export function rolloutLines(
  snapshot: RolloutSnapshot,
  now: number,
  { detail = fullDetail, verdict, width = Number.POSITIVE_INFINITY }: Shown = {},
): string[] {
  const { tree } = snapshot;
  if (!tree) return [withoutTree(snapshot)];
  const lines = [headline(tree), `│  ${progressLine(tree)}`, `│  ${roomLine(tree)}`];
  const ends = estimateText(snapshot);
  if (ends && !verdict) lines.push(`│  ${ends}`);
  tree.revisions.forEach((revision, index) => {
    const last = index === tree.revisions.length - 1;
    const stem = last ? '   ' : '│  ';
    lines.push(`${last ? '└─' : '├─'} ${revisionLine(revision, now)}`);
    const isSet = detail.sets && revision.kind === 'ReplicaSet';
    if (isSet) lines.push(`${stem}└─ ${setLine(revision, now)}`);
    lines.push(...podLines(revision, now, detail).map((line) => `${stem}${isSet ? '   ' : ''}${line}`));
  });
  lines.push(...newsLines(snapshot, tree, detail.news));
  return [...lines.map(escapeTerminal), ...endLines(snapshot, verdict, width)];
}

/** A rollout that is decided, where there is no room for its tree. */
export function briefLines(snapshot: RolloutSnapshot, verdict: Verdict, width: number): string[] {
  const { tree } = snapshot;
  return [escapeTerminal(tree ? headline(tree) : withoutTree(snapshot)), ...endLines(snapshot, verdict, width)];
}

const withoutTree = ({ state }: RolloutSnapshot): string =>
  state.deleted ? 'The workload was deleted.' : 'Waiting for the workload…';

function headline(tree: RolloutTree): string {
  const { desired, new: fresh, old, available } = tree.totals;
  const paused = tree.paused ? ' · paused' : '';
  const counts = `${desired} wanted · ${fresh} new · ${old} old · ${available} available`;
  return `${tree.kind.toLowerCase()} ${tree.namespace}/${tree.name} · ${tree.strategy}${paused} · ${counts}`;
}

const BAR = 30;

function progressLine({ totals: { desired, new: fresh, newReady, old } }: RolloutTree): string {
  const whole = Math.max(desired, fresh + old, 1);
  const bar = barOf(BAR, whole, [
    { share: newReady, sign: '█' },
    { share: fresh - newReady, sign: '▓' },
    { share: old, sign: '░' },
  ]);
  return `${bar}  █ ${newReady} new ready  ▓ ${fresh - newReady} on the way  ░ ${old} old`;
}

function roomLine({ room, kept, budgets, minReadySeconds }: RolloutTree): string {
  const { surge, unavailable } = room;
  const parts = [
    `surge ${surge.used} of ${surge.limit}`,
    `unavailable ${unavailable.used} of ${unavailable.limit}`,
    ...(minReadySeconds > 0 ? [`available after ${minReadySeconds}s ready`] : []),
    ...budgets.map(({ name, rule, allowed }) => `budget ${name} (${rule}) lets ${allowed} be evicted`),
    ...(kept > 0 ? [`${kept} older revision${kept === 1 ? '' : 's'} kept for undo`] : []),
  ];
  return parts.join(' · ');
}

function revisionLine(revision: RevisionNode, now: number): string {
  const images = revision.images.map(({ reference, fresh, facts }) =>
    fresh && facts && revision.isNew && fresh.layers < facts.layers.length
      ? `${reference} (${fresh.layers} of ${facts.layers.length} layers new, ${sizeOf(fresh.bytes)})`
      : reference,
  );
  const cause = revision.changeCause ? ` · ${revision.changeCause}` : '';
  const state = revision.isNew ? 'new' : 'old';
  const age = revision.createdAt ? ` · ${ageSince(revision.createdAt, now)}` : '';
  return `revision ${revision.revision ?? '?'} (${state}) ${revision.name} · ${readyText(revision)}${age} · ${images.join(', ')}${cause}`;
}

const readyText = ({ ready, isNew, desired, pods }: RevisionNode): string =>
  `${ready}/${isNew ? desired : pods.length} ready`;

function setLine(revision: RevisionNode, now: number): string {
  return `replicaset ${revision.name} · ${revision.desired} wanted · ${revision.ready} ready · ${ageSince(revision.createdAt, now)}`;
}

function podLines(revision: RevisionNode, now: number, detail: Detail): string[] {
  const { pods } = revision;
  const width = (pick: (pod: PodNode) => string) => Math.max(0, ...pods.map((pod) => pick(pod).length));
  const [names, stages, nodes] = [width((pod) => pod.name), width(stageText), width((pod) => pod.node)];
  return pods.flatMap((pod, index) => {
    const mains = pod.containers.filter((container) => !container.init).length;
    const cells = [
      padText(pod.name, names),
      padText(stageText(pod), stages),
      `${pod.readyContainers}/${mains}`,
      padText(pod.node, nodes),
      padText(ageSince(pod.createdAt, now), 5),
      pod.restarts > 0 ? `${pod.restarts} restart${pod.restarts === 1 ? '' : 's'}` : '',
    ];
    const last = index === pods.length - 1;
    const head = `${last ? '└─' : '├─'} ${stageSigns[pod.stage]} ${cells.join('  ').trimEnd()}`;
    return [head, ...belowPod(pod, now, detail).map((line) => `${last ? '   ' : '│  '}  ${line}`)];
  });
}

function belowPod(pod: PodNode, now: number, { steps, layers, containers }: Detail): string[] {
  const isUnderWay = pod.stage !== 'ready' && pod.stage !== 'terminating';
  const shows = steps === 'all' || (steps === 'under-way' && isUnderWay);
  const line = shows && pod.stage !== 'terminating' ? stepsLine(pod, now) : '';
  return [
    ...(line ? [line] : []),
    ...(isUnderWay ? pullLines(pod, now, layers) : []),
    ...(containers ? containerLines(pod, now) : []),
  ];
}

/** The stage, and the reason of the container that holds it there (`CrashLoopBackOff`). */
export function stageText(pod: PodNode): string {
  if (pod.stage === 'ready' || pod.stage === 'terminating') return pod.stage;
  const reason = pod.containers.find((container) => container.state === 'waiting' && container.reason !== '')?.reason;
  const usual = reason === undefined || reason === 'ContainerCreating' || reason === 'PodInitializing';
  return usual ? pod.stage : `${pod.stage} (${reason})`;
}

function newsLines({ state, unread }: RolloutSnapshot, tree: RolloutTree, most: number): string[] {
  if (most === 0) return [];
  const lines = recentNotices(state, tree, most).map(({ at, warning, kind, name, reason, message, count }) => {
    const times = count > 1 ? ` (${count} times)` : '';
    return `  ${at.slice(11, 19)} ${warning ? '! ' : ''}${reason} ${kind.toLowerCase()}/${name}: ${message.trim()}${times}`;
  });
  return [...lines, ...[...unread].map(([kind, why]) => `  ${kind}s are not told of: ${why}`)];
}

/** Lines of a log or message below what they belong to. */
export const quoted = (lines: readonly string[]): string[] => lines.map((line) => `  | ${line}`);

function endLines({ status, statusError, failures }: RolloutSnapshot, verdict: Verdict | undefined, width: number) {
  const told = (sign: string, text: string, log: readonly string[] = []) => [
    ...signed(sign, escapeTerminal(text), width),
    ...quoted(log).map(escapeTerminal),
  ];
  if (verdict) return told(verdict.code === 0 ? '✔' : '✖', verdict.message, verdict.failure?.log);
  const problems = failures
    .slice(0, 3)
    .flatMap((failure) => told(failure.final ? '✖' : '!', failureText(failure), failure.log));
  return [escapeTerminal(status?.message ?? statusError?.message ?? ''), ...problems];
}

/** A sentence behind its sign; its further lines stand below its first word. */
function signed(sign: string, text: string, width: number): string[] {
  return wrapWords(text, Math.max(20, width - 3)).map((line, index) => `${index === 0 ? sign : ' '} ${line}`);
}
