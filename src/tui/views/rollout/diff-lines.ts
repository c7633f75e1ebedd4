import { sizeText } from '../../../lib/size-text.ts';
import type { ConfigChange, KeyChange } from '../../../store/rollout/diff/config-changes.ts';
import type { EnvironmentChange, EnvironmentValue } from '../../../store/rollout/diff/environment.ts';
import { bytesOf, type ImageChange } from '../../../store/rollout/diff/image-changes.ts';
import type { NodePull } from '../../../store/rollout/diff/node-pulls.ts';
import type { RevisionDiff, RevisionSide } from '../../../store/rollout/diff/revision-diff.ts';
import type { ContainerChange, FieldChange } from '../../../store/rollout/diff/template-changes.ts';
import type { ThemeToken } from '../../../theme/tokens.ts';
import { say } from '../../words/say.ts';
import type { PieceLine } from './head-lines.ts';

/** How a line differs: its sign says it, and its look too. */
const looks: Readonly<Record<string, ThemeToken>> = {
  '+': 'status.ok',
  '-': 'status.error',
  '~': 'status.progress',
  '=': 'text.muted',
  '?': 'status.warn',
  '!': 'status.warn',
};

const signs = { added: '+', removed: '-', changed: '~' } as const;

type Sign = '+' | '-' | '~' | '=' | '?' | '!';

const title = (text: string): PieceLine => [['text.strong', text]];
const line = (sign: Sign, text: string, indent = 1): PieceLine => [
  [looks[sign], `${'  '.repeat(indent)}${sign} ${text}`],
];

/** What changed between two revisions: template, environment, configuration, layers, and what nodes have to pull. */
export function diffLines(diff: RevisionDiff): PieceLine[] {
  const { before, after, containers, fields, config, images, nodes, missing } = diff;
  const isSame = containers.length + fields.length === 0;
  return [
    ...[before, after].map(sideLine),
    ...containers.flatMap(containerLines),
    ...(fields.length > 0 ? [title(say('pod template')), ...fields.map(fieldLine)] : []),
    ...(isSame ? [line('=', say('The pod templates are the same.'))] : []),
    ...config.flatMap((change) => configLines(change, before)),
    ...images.flatMap(imageLines),
    ...nodeLines(nodes),
    ...(missing.length > 0 ? [line('!', say('not readable: {kinds}', { kinds: missing.join(', ') }))] : []),
  ];
}

const sideLine = ({ revision, name, changeCause }: RevisionSide, index: number): PieceLine => [
  ['text.strong', `${index === 0 ? '-' : '+'} ${say('revision {number}', { number: revision })}`],
  ['text.muted', ` ${name}${changeCause === '' ? '' : `: ${changeCause}`}`],
];

function containerLines({ name, init, change, image, environment, fields }: ContainerChange): PieceLine[] {
  const sign = signs[change];
  const head = `${init ? say('init container') : say('container')} ${name}`;
  return [
    change === 'changed' ? title(head) : line(sign, head, 0),
    ...(image ? changed(say('image'), image.before, image.after) : []),
    ...environment.flatMap(environmentLines),
    ...fields.map(fieldLine),
  ];
}

/** Old and new stand below each other: beside each other they seldom have room. */
function changed(what: string, before: string | undefined, after: string | undefined): PieceLine[] {
  return [
    ...(before === undefined ? [] : [line('-', `${what}: ${before}`)]),
    ...(after === undefined ? [] : [line('+', `${what}: ${after}`)]),
  ];
}

const valueText = (value: EnvironmentValue | undefined): string | undefined =>
  value && (value.from === 'value' ? JSON.stringify(value.text) : `(${value.text})`);

const environmentLines = ({ name, before, after }: EnvironmentChange): PieceLine[] =>
  changed(say('env {name}', { name }), valueText(before), valueText(after));

function fieldLine({ path, before, after }: FieldChange): PieceLine {
  const [was, is] = [before, after].map((value) => (value === undefined ? undefined : JSON.stringify(value)));
  if (was === undefined) return line('+', `${path}: ${is}`);
  if (is === undefined) return line('-', `${path}: ${was}`);
  return line('~', `${path}: ${was} -> ${is}`);
}

function configLines({ kind, before, after, places, keys, unknown }: ConfigChange, older: RevisionSide): PieceLine[] {
  const names = [...new Set([before, after])].filter((name) => name !== undefined).join(' -> ');
  const head = title(`${kind.toLowerCase()} ${names}: ${places.join(', ')}`);
  if (unknown !== undefined) {
    return [
      head,
      line('?', say('not comparable with revision {number}: {why}', { number: older.revision, why: unknown })),
    ];
  }
  if (keys?.length === 0) return [head, line('=', say('the content is the same'))];
  return [head, ...(keys ?? []).flatMap((key) => keyLines(key, kind === 'Secret'))];
}

function keyLines({ key, change, before, after, lines }: KeyChange, isHidden: boolean): PieceLine[] {
  if (isHidden) return [line(signs[change], `${key}: ${say('(hidden)')}`)];
  if (!lines) return changed(key, before && JSON.stringify(before), after && JSON.stringify(after));
  return [
    line(signs[change], `${key}:`),
    ...lines.map((text): PieceLine => [[looks[text[0] ?? ''] ?? 'text.muted', `      ${text}`]]),
  ];
}

function imageLines({ before, after, containers, layers, unknown }: ImageChange): PieceLine[] {
  const head = title(say('layers: {containers}', { containers: containers.join(', ') }));
  if (!layers) return unknown === undefined ? [] : [head, line('?', say('not known: {why}', { why: unknown }))];
  const { shared, fresh, gone, platform, simulated } = layers;
  const told = (bytes: number, instruction: string, digest: string) =>
    `${sizeText(bytes)} ${instruction.replace(/ # buildkit$/, '') || digest}`;
  const counts = { count: shared.length, size: sizeText(bytesOf(shared)) };
  return [
    [...head, ['text.muted', ` ${platform}${simulated ? ` ${say('(simulated)')}` : ''}`]],
    ...(before === undefined || after === undefined ? [] : [line('=', say('shared: {count}, {size}', counts))]),
    ...fresh.map(({ sizeBytes, instruction, digest }) => line('+', told(sizeBytes, instruction, digest))),
    ...gone.map(({ sizeBytes, instruction, digest }) => line('-', told(sizeBytes, instruction, digest))),
  ];
}

/** Nodes that are named; those that pull most come first. */
const mostNodes = 8;

function nodeLines(nodes: readonly NodePull[]): PieceLine[] {
  const able = nodes.filter(({ mayRun }) => mayRun);
  if (able.length === 0) return [];
  const sorted = able.toSorted((a, b) => (b.bytes ?? Number.MAX_SAFE_INTEGER) - (a.bytes ?? Number.MAX_SAFE_INTEGER));
  const reasons = [
    ...new Set(
      able.flatMap(({ estimate, images }) => [
        ...(estimate === undefined ? [] : [`~ ${estimate}`]),
        ...images.flatMap(({ note }) => (note === undefined ? [] : [`! ${note}`])),
      ]),
    ),
  ];
  return [
    title(say('to pull, by node')),
    ...sorted.slice(0, mostNodes).map(({ node, bytes, estimate }): PieceLine => {
      const amount = bytes === undefined ? '?' : `${estimate === undefined ? '' : '~'}${sizeText(bytes)}`;
      return [
        ['text', `  ${node}  `],
        [bytes === 0 ? 'text.muted' : 'text.strong', bytes === 0 ? say('has it all') : amount],
      ];
    }),
    ...(sorted.length > mostNodes
      ? [[['text.muted', `  ${say('and {count} more', { count: sorted.length - mostNodes })}`]] as PieceLine]
      : []),
    ...reasons.map((text): PieceLine => [['status.warn', `  ${text}`]]),
  ];
}
