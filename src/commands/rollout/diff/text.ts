import { ageSince } from '../../../lib/age.ts';
import { escapeTerminal } from '../../../lib/escape.ts';
import { sizeText } from '../../../lib/size-text.ts';
import type { ConfigChange, KeyChange } from '../../../store/rollout/diff/config-changes.ts';
import type { EnvironmentChange, EnvironmentValue } from '../../../store/rollout/diff/environment.ts';
import { bytesOf, type ImageChange } from '../../../store/rollout/diff/image-changes.ts';
import type { RevisionDiff, RevisionSide } from '../../../store/rollout/diff/revision-diff.ts';
import type { ContainerChange, FieldChange } from '../../../store/rollout/diff/template-changes.ts';
import { pullLines } from './pull-lines.ts';

/** Values longer than this are cut; `-o json` has all of them. */
const MOST_CHARACTERS = 100;
const marks = { added: '+', removed: '-', changed: '~' } as const;

export interface DiffTextOptions {
  /** ms, by the server's clock. */
  now: number;
  /** How the present revision is told from others. */
  current: number | undefined;
}

/** A comparison as people read it, one line each, safe for terminals. */
export function diffLines(diff: RevisionDiff, { now, current }: DiffTextOptions): string[] {
  const { workload, before, after, containers, fields, config, images } = diff;
  const kind = workload.kind.toLowerCase();
  const lines = [
    `${kind} ${workload.namespace}/${workload.name}: revision ${before.revision} -> ${after.revision}`,
    ...[before, after].map((side) => `  ${sideText(side, now, current)}`),
    ...containers.flatMap(containerLines),
    ...section('pod template', fields.map(fieldLine)),
    ...config.flatMap((change) => configLines(change, before)),
    ...images.flatMap(imageLines),
  ];
  if (containers.length + fields.length === 0) lines.push('The pod templates are the same.');
  lines.push(...pullLines(diff.nodes, after.revision));
  if (diff.missing.length > 0) lines.push(`Not seen, for want of rights: ${diff.missing.join(', ')}`);
  return lines.map(escapeTerminal);
}

function sideText({ revision, name, createdAt, changeCause }: RevisionSide, now: number, current: number | undefined) {
  const state = revision === current ? ' (now)' : '';
  const cause = changeCause === '' ? '' : `: ${changeCause}`;
  return `revision ${revision}${state} ${name}, ${ageSince(createdAt, now)} old${cause}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}

function containerLines({ name, init, change, image, environment, fields }: ContainerChange): string[] {
  const title = `${init ? 'init container' : 'container'} ${name}${change === 'changed' ? '' : ` (${change})`}`;
  const lines = [
    ...(image ? [`${markOf(image)} image: ${between(image.before, image.after)}`] : []),
    ...environment.map(environmentLine),
    ...fields.map(fieldLine),
  ];
  return [title, ...lines.map((line) => `  ${line}`)];
}

const markOf = ({ before, after }: { before?: unknown; after?: unknown }): string =>
  marks[before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'];

function environmentLine({ name, change, before, after }: EnvironmentChange): string {
  return `${marks[change]} env ${name}: ${between(before && valueText(before), after && valueText(after))}`;
}

const valueText = ({ from, text }: EnvironmentValue): string => (from === 'value' ? JSON.stringify(text) : `(${text})`);

function fieldLine(change: FieldChange): string {
  const [before, after] = [change.before, change.after].map((value) =>
    value === undefined ? undefined : JSON.stringify(value),
  );
  return `${markOf(change)} ${change.path}: ${between(before, after)}`;
}

function between(before: string | undefined, after: string | undefined): string {
  const [was, is] = [before, after].map((text) => (text === undefined ? undefined : shortened(text)));
  if (was === undefined || is === undefined) return was ?? is ?? '';
  return `${was} -> ${is}`;
}

function shortened(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}...` : text;
}

function configLines({ kind, before, after, places, keys, unknown }: ConfigChange, older: RevisionSide): string[] {
  const names = before === after ? before : [before, after].filter((name) => name !== undefined).join(' -> ');
  const state = before === undefined ? ' (added)' : after === undefined ? ' (removed)' : '';
  const title = `${kind.toLowerCase()} ${names}${state}: ${places.join(', ')}`;
  if (unknown !== undefined) return [title, `  ? cannot be compared with revision ${older.revision}: ${unknown}`];
  if (keys?.length === 0) return [title, '  = the content is the same'];
  return [title, ...(keys ?? []).flatMap((key) => keyLines(key, kind === 'Secret')).map((line) => `  ${line}`)];
}

function keyLines({ key, change, before, after, lines }: KeyChange, hidden: boolean): string[] {
  const head = `${marks[change]} ${key}`;
  if (hidden) return [`${head}: (hidden)`];
  if (lines) return [`${head}:`, ...lines.map((line) => `    ${line}`)];
  const [was, is] = [before, after].map((text) => (text === undefined ? undefined : JSON.stringify(text)));
  return [`${head}: ${between(was, is)}`];
}

function imageLines({ before, after, containers, layers, unknown }: ImageChange): string[] {
  const title = `layers of ${between(before, after)}: ${containers.join(', ')}`;
  if (!layers) return unknown === undefined ? [] : [title, `  ? not known: ${unknown}`];
  const { shared, fresh, gone, platform, simulated } = layers;
  const count = (list: typeof shared) => `${list.length} layer${list.length === 1 ? '' : 's'}`;
  return [
    `${title} (${platform}${simulated ? ', simulated' : ''})`,
    `  = ${count(shared)} in both, ${sizeText(bytesOf(shared))}`,
    ...fresh.map(({ sizeBytes, instruction, digest }) => `  + ${sizeText(sizeBytes)} ${madeBy(instruction) || digest}`),
    ...gone.map(({ sizeBytes, instruction, digest }) => `  - ${sizeText(sizeBytes)} ${madeBy(instruction) || digest}`),
  ].map(shortened);
}

/** Without what the builder says of itself. */
const madeBy = (instruction: string): string => instruction.replace(/ # buildkit$/, '');
