import { findBuiltin } from '../../../api/resources.ts';
import { ageSince } from '../../../lib/age.ts';
import { escapeTerminal } from '../../../lib/escape.ts';
import { sizeText } from '../../../lib/size-text.ts';
import { padText, textWidth } from '../../../lib/text-width.ts';
import type { ContainerNode } from '../../../store/rollout/containers.ts';
import type { PodNode, PodStage } from '../../../store/rollout/pod-progress.ts';
import type { RevisionImage, RevisionNode, RolloutTree } from '../../../store/rollout/tree.ts';
import type { ThemeToken } from '../../../theme/tokens.ts';
import { say } from '../../words/say.ts';
import type { TreeNode } from '../pages/tree-rows.ts';
import type { ObjectRef } from '../view.ts';
import { spanText } from './figures.ts';

/** Stands between a pod's key and the name of its container. */
export const containerMark = '\u0000';

/** A sign for each stage and its look; words say the same. */
export const stageLook: Readonly<Record<PodStage, readonly [sign: string, token: ThemeToken]>> = {
  pending: ['○', 'status.progress'],
  scheduled: ['◔', 'status.progress'],
  pulling: ['◔', 'status.progress'],
  init: ['◑', 'status.progress'],
  starting: ['◑', 'status.progress'],
  started: ['◕', 'status.progress'],
  ready: ['●', 'status.ok'],
  terminating: ['◌', 'status.done'],
  succeeded: ['●', 'status.done'],
  failed: ['x', 'status.error'],
};

const usual: ReadonlySet<string> = new Set(['', 'ContainerCreating', 'PodInitializing']);

/** The reason that holds a container where it is, if it is trouble. */
export function troubleOf(pod: PodNode): string {
  const held = pod.containers.find(({ state, reason }) => state === 'waiting' && !usual.has(reason));
  return pod.stage === 'terminating' || pod.stage === 'ready' ? '' : (held?.reason ?? '');
}

export const podRef = ({ namespace }: RolloutTree, { name, uid }: PodNode): ObjectRef => ({
  resource: findBuiltin('pods')!,
  namespace,
  name,
  ...(uid && { uid }),
});

/** Workload, revisions, replica sets, pods and containers, as they hang on each other. */
export function rolloutRoots(tree: RolloutTree, workload: ObjectRef, now: number): TreeNode[] {
  const { totals, kind, name, createdAt } = tree;
  const figures = say('{wanted} wanted · {fresh} new · {old} old · {ready} available', {
    wanted: totals.desired,
    fresh: totals.new,
    old: totals.old,
    ready: totals.available,
  });
  return [
    {
      key: 'workload',
      lead: kind.toLowerCase(),
      label: name,
      note: [figures, ageOf(createdAt, now)].filter(Boolean).join(' · '),
      ref: workload,
      children: tree.revisions.map((revision) => revisionNode(tree, revision, now)),
    },
  ];
}

const ageOf = (created: string, now: number): string => (created === '' ? '' : ageSince(created, now));

function revisionNode(tree: RolloutTree, revision: RevisionNode, now: number): TreeNode {
  const { isNew, name, createdAt, changeCause, images, kind, ready, desired } = revision;
  const ratio = say('{ready}/{desired} ready', { ready, desired: isNew ? desired : revision.pods.length });
  const pods = podNodes(tree, revision, now);
  const isSet = kind === 'ReplicaSet';
  const keeper = { resource: findBuiltin(isSet ? 'replicasets.apps' : 'controllerrevisions.apps')!, name };
  const ref = { ...keeper, namespace: tree.namespace };
  const set: TreeNode = {
    key: `set:${name}`,
    lead: 'replicaset',
    label: name,
    note: [say('{count} wanted', { count: desired }), ratio, ageOf(createdAt, now)].filter(Boolean).join(' · '),
    ref,
    children: pods,
  };
  return {
    key: `revision:${name}`,
    lead: say('revision {number}', { number: revision.revision ?? '?' }),
    label: isNew ? say('(new)') : say('(old)'),
    token: isNew ? 'text.strong' : 'text.muted',
    note: [ratio, images.map((image) => imageText(image, isNew)).join(', '), changeCause].filter(Boolean).join(' · '),
    ref,
    children: isSet ? [set] : pods,
  };
}

function imageText({ reference, facts, fresh }: RevisionImage, isNew: boolean): string {
  if (!facts || !fresh || !isNew) return reference;
  const counts = { count: fresh.layers, all: facts.layers.length, size: sizeText(fresh.bytes) };
  const news = fresh.layers < facts.layers.length ? ` (${say('{count} of {all} layers new, {size}', counts)})` : '';
  return `${reference}${news}${facts.simulated ? ` ${say('(simulated)')}` : ''}`;
}

function podNodes(tree: RolloutTree, { pods }: RevisionNode, now: number): TreeNode[] {
  const cells = pods.map((pod) => [escapeTerminal(pod.name), stageText(pod), escapeTerminal(pod.node)] as const);
  const widths = [0, 1, 2].map((at) => Math.max(0, ...cells.map((row) => textWidth(row[at]!))));
  return pods.map((pod, index): TreeNode => {
    const [sign, token] = stageLook[pod.stage];
    const trouble = troubleOf(pod) !== '';
    const [name, stage, node] = cells[index]!.map((cell, at) => padText(cell, widths[at]!));
    const mains = pod.containers.filter(({ init }) => !init).length;
    const facts = [stage, `${pod.readyContainers}/${mains}`, node, padText(ageOf(pod.createdAt, now), 5)];
    if (pod.restarts > 0) facts.push(restartsText(pod.restarts));
    return {
      key: `pod:${pod.uid || pod.name}`,
      sign: trouble ? 'x' : sign,
      token: trouble ? 'status.error' : token,
      label: name!,
      note: facts.join('  ').trimEnd(),
      noteToken: trouble ? 'status.error' : 'text.muted',
      ref: podRef(tree, pod),
      // A container by itself says nothing that its pod does not.
      folded: !trouble && pod.containers.length < 2,
      children: pod.containers.map((container) => containerNode(tree, pod, container, now)),
    };
  });
}

const restartsText = (count: number): string =>
  count === 1 ? say('{count} restart', { count }) : say('{count} restarts', { count });

export function stageText(pod: PodNode): string {
  const reason = troubleOf(pod);
  return escapeTerminal(reason === '' ? say(pod.stage) : reason);
}

function containerNode(tree: RolloutTree, pod: PodNode, container: ContainerNode, now: number): TreeNode {
  const { name, init, image, state, reason, restarts, exitCode, lastEnd, startedAt, ready } = container;
  const isBad = (state === 'waiting' && !usual.has(reason)) || (state === 'terminated' && exitCode !== 0);
  const parts = [
    ...stateParts(container),
    ...(state === 'running' && startedAt ? [spanText(now - Date.parse(startedAt))] : []),
    ...(state === 'running' && !init ? [ready ? say('ready') : say('not ready')] : []),
    ...(restarts > 0 ? [restartsText(restarts)] : []),
    ...(lastEnd ? [say('ended before: {reason}, {code}', { reason: lastEnd.reason, code: lastEnd.exitCode })] : []),
    image,
  ];
  return {
    key: `pod:${pod.uid || pod.name}${containerMark}${name}`,
    lead: init ? say('init container') : say('container'),
    label: name,
    sign: isBad ? 'x' : ' ',
    token: isBad ? 'status.error' : 'text',
    note: parts.join(' · '),
    ref: podRef(tree, pod),
  };
}

function stateParts({ state, reason, exitCode }: ContainerNode): string[] {
  if (state === 'running') return [say('runs')];
  if (state === 'terminated')
    return [exitCode === 0 ? say('done') : say('ended with {code}', { code: exitCode ?? '?' })];
  return [reason === '' ? say('waits') : reason];
}
