import { ageSince } from '../../lib/age.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { padText } from '../../lib/text-width.ts';
import type { PodNode, PodStage } from '../../store/rollout/pod-progress.ts';
import type { RolloutSnapshot } from '../../store/rollout/rollout-store.ts';
import type { RevisionNode, RolloutTree } from '../../store/rollout/tree.ts';

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

/** The live tree: workload, revisions, pods, then the status and what holds the rollout up. */
export function rolloutLines(snapshot: RolloutSnapshot, now: number): string[] {
  const { tree } = snapshot;
  if (!tree) return [snapshot.state.deleted ? 'The workload was deleted.' : 'Waiting for the workload…'];
  const lines = [headline(tree), roomLine(tree)];
  tree.revisions.forEach((revision, index) => {
    const last = index === tree.revisions.length - 1;
    lines.push(`${last ? '└─' : '├─'} ${revisionLine(revision)}`);
    lines.push(...podLines(revision.pods, now).map((line) => `${last ? '   ' : '│  '}${line}`));
  });
  const problem = snapshot.failures[0];
  lines.push(snapshot.status?.message ?? snapshot.statusError?.message ?? '');
  if (problem) lines.push(`${problem.final ? '✖' : '!'} ${problem.pod ? `${problem.pod}: ` : ''}${problem.message}`);
  return lines.map(escapeTerminal);
}

function headline(tree: RolloutTree): string {
  const { desired, new: fresh, old, available } = tree.totals;
  const paused = tree.paused ? ' · paused' : '';
  const counts = `${desired} wanted · ${fresh} new · ${old} old · ${available} available`;
  return `${tree.kind.toLowerCase()} ${tree.namespace}/${tree.name} · ${tree.strategy}${paused} · ${counts}`;
}

function roomLine({ room, kept }: RolloutTree): string {
  const { surge, unavailable } = room;
  const more = kept > 0 ? ` · ${kept} older revision${kept === 1 ? '' : 's'} kept for undo` : '';
  return `│  surge ${surge.used} of ${surge.limit} · unavailable ${unavailable.used} of ${unavailable.limit}${more}`;
}

function revisionLine(revision: RevisionNode): string {
  const images = revision.images.map(({ reference, fresh, facts }) =>
    fresh && facts && revision.isNew && fresh.layers < facts.layers.length
      ? `${reference} (${fresh.layers} of ${facts.layers.length} layers new, ${megabytes(fresh.bytes)})`
      : reference,
  );
  const cause = revision.changeCause ? ` · ${revision.changeCause}` : '';
  const state = revision.isNew ? 'new' : 'old';
  const counts = `${revision.ready}/${revision.isNew ? revision.desired : revision.pods.length} ready`;
  return `revision ${revision.revision ?? '?'} (${state}) ${revision.name} · ${counts} · ${images.join(', ')}${cause}`;
}

/** Decimal, as registries and `docker images` count. */
function megabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function podLines(pods: readonly PodNode[], now: number): string[] {
  const width = (pick: (pod: PodNode) => string) => Math.max(0, ...pods.map((pod) => pick(pod).length));
  const [names, stages, nodes] = [width((pod) => pod.name), width(stageText), width((pod) => pod.node)];
  return pods.map((pod, index) => {
    const mains = pod.containers.filter((container) => !container.init).length;
    const cells = [
      padText(pod.name, names),
      padText(stageText(pod), stages),
      `${pod.readyContainers}/${mains}`,
      padText(pod.node, nodes),
      padText(ageSince(pod.createdAt, now), 5),
      pod.restarts > 0 ? `${pod.restarts} restart${pod.restarts === 1 ? '' : 's'}` : '',
    ];
    const branch = index === pods.length - 1 ? '└─' : '├─';
    return `${branch} ${stageSigns[pod.stage]} ${cells.join('  ').trimEnd()}`;
  });
}

/** The stage, and the reason of the container that holds it there (`CrashLoopBackOff`). */
export function stageText(pod: PodNode): string {
  if (pod.stage === 'ready' || pod.stage === 'terminating') return pod.stage;
  const reason = pod.containers.find((container) => container.state === 'waiting' && container.reason !== '')?.reason;
  const usual = reason === undefined || reason === 'ContainerCreating' || reason === 'PodInitializing';
  return usual ? pod.stage : `${pod.stage} (${reason})`;
}
