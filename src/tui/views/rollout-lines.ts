import { humanDuration } from '../../lib/age.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { padText, textWidth, truncateText } from '../../lib/text-width.ts';
import type { RolloutFailure } from '../../store/rollout/failure.ts';
import type { PodNode, PodStage } from '../../store/rollout/pod-progress.ts';
import type { RolloutStatus } from '../../store/rollout/status.ts';
import type { RevisionImage, RevisionNode, RolloutTree } from '../../store/rollout/tree.ts';
import type { Theme } from '../../theme/theme.ts';
import type { ThemeToken } from '../../theme/tokens.ts';
import { say, sayAssembled } from '../words/say.ts';
import { sizeText } from '../../lib/size-text.ts';

export interface RolloutPicture {
  tree: RolloutTree;
  status: RolloutStatus | undefined;
  statusError: Error | undefined;
  failures: readonly RolloutFailure[];
  now: number;
  width: number;
  theme: Theme;
}

/** How each stage is drawn: how much of the five steps is done, and in what look. */
const stages: Readonly<Record<PodStage, { done: number; token: ThemeToken }>> = {
  pending: { done: 0, token: 'status.progress' },
  scheduled: { done: 1, token: 'status.progress' },
  pulling: { done: 2, token: 'status.progress' },
  init: { done: 3, token: 'status.progress' },
  starting: { done: 3, token: 'status.progress' },
  started: { done: 4, token: 'status.progress' },
  ready: { done: 5, token: 'status.ok' },
  terminating: { done: 0, token: 'status.done' },
  succeeded: { done: 5, token: 'status.done' },
  failed: { done: 0, token: 'status.error' },
};

const steps = 5;

function bar(done: number, total: number, width: number, theme: Theme): string {
  const full = total === 0 ? width : Math.max(0, Math.min(width, Math.round((done / total) * width)));
  return theme.paint('bar.full', '█'.repeat(full)) + theme.paint('bar.empty', '░'.repeat(width - full));
}

/** Pods of the new revision that are ready, or pods that are available, against those wanted. */
function barLine(what: string, done: number, total: number, width: number, theme: Theme): string {
  return `  ${theme.paint('text.muted', padText(what, 9))}  ${bar(done, total, width, theme)}  ${theme.paint('text.strong', `${done}/${total}`)}`;
}

/** The whole picture of a rollout, one styled line per row of the screen. */
export function rolloutLines(picture: RolloutPicture): string[] {
  const { tree, status, statusError, failures, width, theme } = picture;
  const { totals, room } = tree;
  const line = (token: ThemeToken, text: string) => theme.paint(token, truncateText(escapeTerminal(text), width));
  const message = sayAssembled(statusError?.message ?? status?.message ?? '');
  const token: ThemeToken = statusError ? 'status.error' : status?.done ? 'status.ok' : 'status.progress';
  const barWidth = Math.max(10, Math.min(40, width - 50));
  const updated = tree.revisions.reduce((sum, revision) => sum + (revision.isNew ? revision.ready : 0), 0);
  const nameWidth = Math.max(
    8,
    ...tree.revisions.flatMap(({ pods }) => pods.map((pod) => textWidth(escapeTerminal(pod.name)))),
  );
  return [
    '',
    line(token, `  ${statusError ? 'x ' : ''}${message}`),
    '',
    barLine(say('updated'), updated, totals.desired, barWidth, theme),
    barLine(say('available'), Math.min(totals.available, totals.desired), totals.desired, barWidth, theme),
    line(
      'text.muted',
      `  ${say('new {fresh} · old {old} · ready {ready} · surge {surge} · unavailable {unavailable}', {
        fresh: totals.new,
        old: totals.old,
        ready: totals.ready,
        surge: `${room.surge.used}/${room.surge.limit}`,
        unavailable: `${room.unavailable.used}/${room.unavailable.limit}`,
      })}${tree.paused ? ` · ${say('PAUSED')}` : ''}`,
    ),
    ...failures.map((failure) =>
      line(
        failure.final ? 'status.error' : 'status.warn',
        `  ${failure.final ? 'x' : '!'} ${sayAssembled(failure.message)}${failure.pod ? ` (${failure.pod})` : ''}`,
      ),
    ),
    ...tree.revisions.flatMap((revision) => ['', ...revisionLines(revision, picture, nameWidth, line)]),
    ...(tree.kept > 0
      ? [
          '',
          line(
            'text.muted',
            `  ${tree.kept === 1 ? say('1 older revision is kept for undo') : say('{count} older revisions are kept for undo', { count: tree.kept })}`,
          ),
        ]
      : []),
  ];
}

type Line = (token: ThemeToken, text: string) => string;

function revisionLines(
  revision: RevisionNode,
  { now, width, theme }: RolloutPicture,
  nameWidth: number,
  line: Line,
): string[] {
  const number = revision.revision === undefined ? '' : `${say('revision {number}', { number: revision.revision })} `;
  const ready = say('{ready}/{desired} ready', { ready: revision.ready, desired: revision.desired });
  const age = revision.createdAt ? humanDuration(now - Date.parse(revision.createdAt)) : '';
  return [
    line(
      revision.isNew ? 'view.title' : 'text.muted',
      `  ${number}${revision.isNew ? say('(new)') : say('(old)')}  ${revision.name}  ${ready}  ${age}`,
    ),
    ...(revision.changeCause
      ? [line('text.muted', `    ${say('cause: {cause}', { cause: revision.changeCause })}`)]
      : []),
    ...revision.images.map((image) =>
      line('text.muted', `    ${say('image: {image}', { image: imageText(image, revision.isNew) })}`),
    ),
    ...revision.pods.map((pod) => podLine(pod, Math.min(nameWidth, Math.max(12, width - 46)), now, width, theme)),
  ];
}

function imageText({ reference, facts, fresh }: RevisionImage, isNew: boolean): string {
  if (!facts) return reference;
  const total = say('{count} layers, {size}', { count: facts.layers.length, size: sizeText(facts.sizeBytes) });
  const news =
    isNew && fresh && fresh.layers < facts.layers.length
      ? fresh.layers === 0
        ? `, ${say('none of them new')}`
        : `, ${say('{count} of them new ({size})', { count: fresh.layers, size: sizeText(fresh.bytes) })}`
      : '';
  return `${reference}  ${total}${news}${facts.simulated ? ` ${say('(simulated)')}` : ''}`;
}

/** Cells of a pod's line outside its name. */
const podColumns = { stage: 12, restarts: 12, age: 8 };

function podLine(pod: PodNode, nameWidth: number, now: number, width: number, theme: Theme): string {
  const { done, token } = stages[pod.stage];
  const trouble = pod.containers.find(
    (container) => container.state === 'waiting' && /BackOff|Err/.test(container.reason),
  );
  const look: ThemeToken = trouble ? 'status.error' : token;
  const sign =
    trouble || pod.stage === 'failed' ? 'x' : pod.stage === 'ready' ? '✓' : pod.stage === 'terminating' ? '-' : '~';
  const age = pod.createdAt ? humanDuration(now - Date.parse(pod.createdAt)) : '';
  const state = trouble ? trouble.reason : say(pod.stage);
  const stage = padText(escapeTerminal(state), podColumns.stage);
  const restarts = padText(pod.restarts ? say('{count} restarts', { count: pod.restarts }) : '', podColumns.restarts);
  const facts = ` ${restarts}${padText(age, podColumns.age)}${escapeTerminal(pod.node ?? '')}`;
  const head = `    ${theme.paint(look, sign)} ${padText(truncateText(escapeTerminal(pod.name), nameWidth), nameWidth)} `;
  const used = 6 + nameWidth + 1 + steps + 2;
  const room = Math.max(4, width - used);
  const told = theme.paint(look, truncateText(stage, room));
  return `${head}${bar(done, steps, steps, theme)}  ${told}${theme.paint('text.muted', truncateText(facts, Math.max(0, room - textWidth(stage))))}`;
}
