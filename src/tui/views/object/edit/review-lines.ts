import { type FieldDifference, fieldDifferences } from '../../../../api/changes/field-diff.ts';
import { ownersOf } from '../../../../api/changes/field-owners.ts';
import { isSecret } from '../../../../api/changes/kept-object.ts';
import { lastAppliedAnnotation } from '../../../../api/changes/last-applied-annotation.ts';
import { ownFields } from '../../../../api/changes/own-fields.ts';
import { shownValue } from '../../../../api/changes/shown-value.ts';
import type { KubeObject } from '../../../../api/meta.ts';
import { escapeTerminal } from '../../../../lib/escape.ts';
import { padText, truncateText } from '../../../../lib/text-width.ts';
import { toYaml } from '../../../../lib/yaml.ts';
import { decodedYaml } from '../../../../output/decoded.ts';
import type { ThemeToken } from '../../../../theme/tokens.ts';
import { say, sayAssembled } from '../../../words/say.ts';
import { linesOf } from '../../document-model.ts';
import { wrapWords } from '../../error-lines.ts';
import type { TextLine } from '../../text/text-pane.ts';
import { withoutSecrets } from '../secret-text.ts';
import { diffParts, sideBySideLines, unifiedLines } from '../text-diff.ts';
import type { DraftSnapshot } from './edit-draft.ts';
import { editableObject } from './edited-text.ts';
import { minderLines } from './minders.ts';

/** Fields that are told by name; the text below has all of them. */
const toldFields = 12;

/** A paragraph, broken at words; what goes on is led by spaces. */
function paragraph(width: number, token: ThemeToken, text: string, lead = '  '): TextLine[] {
  const inner = Math.max(20, width - lead.length - 2);
  return escapeTerminal(text)
    .split('\n')
    .flatMap((part) => wrapWords(part, inner))
    .map((line, index) => ({
      text: `${index === 0 ? lead : `${' '.repeat(lead.length)}  `}${line}`,
      paint: (shown, theme) => theme.paint(token, shown),
    }));
}

const isWarning = (line: string) => line.startsWith('Warning:');

/** The server's answer to the dry run: whether it would take it, its warnings, and what it would make of it otherwise. */
function trialLines({ trial, mine }: DraftSnapshot, changes: readonly FieldDifference[], width: number): TextLine[] {
  if (trial.phase === 'asking') {
    return paragraph(width, 'text.muted', say('Asking the server what it would make of it…'));
  }
  const warnings = trial.said.filter(isWarning).flatMap((line) => paragraph(width, 'status.warn', `! ${line}`));
  const others = trial.said.filter((line) => !isWarning(line));
  if (trial.phase === 'refused') {
    return [
      ...paragraph(width, 'status.error', `x ${say('The server refuses it:')} ${others.join('\n') || '?'}`),
      ...warnings,
    ];
  }
  return [
    ...paragraph(width, 'status.ok', `✓ ${say('The server would take it (dry run).')}`),
    ...others.flatMap((line) => paragraph(width, 'text.muted', line)),
    ...warnings,
    ...(trial.after ? byServer(mine, trial.after, changes, width) : []),
    ...(trial.effects ?? []).flatMap((line) => paragraph(width, 'status.warn', sayAssembled(line.trim()))),
  ];
}

function writersFields(object: KubeObject): KubeObject {
  const { metadata, ...rest } = ownFields(object, undefined);
  const { [lastAppliedAnnotation]: _, ...annotations } = metadata.annotations ?? {};
  return { ...rest, metadata: { ...metadata, annotations } } as KubeObject;
}

/** What differs between what is sent and what the server would keep: defaults, webhooks, a status that only controllers write. */
function byServer(mine: KubeObject, after: KubeObject, changes: readonly FieldDifference[], width: number): TextLine[] {
  const made = fieldDifferences(writersFields(mine), writersFields(after));
  const refused = fieldDifferences(editableObject(mine), editableObject(after)).filter(
    ({ path }) => changes.some((one) => one.path === path) && !made.some((one) => one.path === path),
  );
  return [...made, ...refused].slice(0, toldFields).flatMap((difference) => {
    const { path } = difference;
    const secret = isSecret(mine);
    const [was, is] = [difference.before, difference.after].map((value) => shownValue(value, path, secret)) as string[];
    const values = { path, was: was!, is: is! };
    return paragraph(width, 'status.warn', say('! The server would make of {path}: {was} -> {is}', values), '    ');
  });
}

/** `path: before -> after  (of OWNERS)`. */
function fieldLine(difference: FieldDifference, base: KubeObject): string {
  const { path } = difference;
  const [was, is] = [difference.before, difference.after].map((value) => shownValue(value, path, isSecret(base)));
  const owners = ownersOf(difference, base.metadata.managedFields).join(', ');
  return `${path}: ${was} -> ${is}${owners === '' ? '' : `  (${say('of {owners}', { owners })})`}`;
}

function fieldLines(differences: readonly FieldDifference[], base: KubeObject, width: number): TextLine[] {
  const more = differences.length - toldFields;
  return [
    ...differences.slice(0, toldFields).flatMap((one) => paragraph(width, 'text', fieldLine(one, base), '    ')),
    ...(more > 0 ? paragraph(width, 'text.muted', say('and {more} more', { more }), '    ') : []),
  ];
}

function conflictLines({ base, conflicts }: DraftSnapshot, width: number): TextLine[] {
  if (conflicts.length === 0) return [];
  const secret = isSecret(base);
  const lines = conflicts.flatMap(({ path, before, after, now }) => {
    const [mine, was, theirs] = [before, after, now].map((value) => shownValue(value, path, secret)) as string[];
    const values = { path, was: was!, mine: mine!, theirs: theirs! };
    const text = say('x {path}: it was {was}, you have {mine}, others made it {theirs}', values);
    return paragraph(width, 'status.error', text, '    ');
  });
  const how = say('Others changed the same fields: keep yours, take theirs, or edit again.');
  return [...paragraph(width, 'status.error', `x ${how}`), ...lines];
}

function takenLines({ base, taken: all, conflicts, lost }: DraftSnapshot, width: number): TextLine[] {
  if (lost === 'deleted') {
    return paragraph(width, 'status.error', `x ${say('The object was deleted meanwhile.')}`);
  }
  if (lost === 'replaced') {
    return paragraph(width, 'status.error', `x ${say('Another object took its name meanwhile: this one is not it.')}`);
  }
  const taken = all.filter(({ path }) => !conflicts.some((one) => one.path === path));
  if (taken.length === 0) return [];
  return [
    ...paragraph(width, 'status.warn', say('! Others changed the object meanwhile. What they did is taken over:')),
    ...fieldLines(taken, base, width),
  ];
}

/** Both sides as text: what counts for every write is left out. */
function yamlOf(object: KubeObject, decoded: boolean): string {
  const { resourceVersion: _, generation: __, ...metadata } = editableObject(object).metadata;
  const shown = { ...editableObject(object), metadata } as KubeObject;
  return decoded ? decodedYaml(shown) : toYaml(withoutSecrets(shown));
}

function headLine(left: string, right: string, width: number): TextLine {
  const half = Math.floor((width - 3) / 2);
  const cell = (text: string) => padText(truncateText(`  ${text}`, half), half);
  return { text: `${cell(left)} │ ${cell(right)}`, paint: (shown, theme) => theme.paint('table.header', shown) };
}

/** Everything about an edit that is to be known before it is saved. */
export function reviewLines(
  snapshot: DraftSnapshot,
  changes: readonly FieldDifference[],
  look: { width: number; sides: boolean; decoded: boolean },
): TextLine[] {
  const { base, mine } = snapshot;
  const { width, sides, decoded } = look;
  const parts = diffParts(linesOf(yamlOf(base, decoded)), linesOf(yamlOf(mine, decoded)));
  const diff = !parts
    ? paragraph(width, 'text.muted', say('The two differ in so much that it would take too long to tell where.'))
    : sides
      ? [headLine(say('on the server'), say('yours'), width), ...sideBySideLines(parts, width)]
      : unifiedLines(parts);
  return [
    ...conflictLines(snapshot, width),
    ...takenLines(snapshot, width),
    ...trialLines(snapshot, changes, width),
    ...minderLines(base).flatMap((line) => paragraph(width, 'status.warn', line)),
    ...paragraph(width, 'text.strong', say('What you change, and whose it is:')),
    ...fieldLines(changes, base, width),
    '',
    ...diff,
  ];
}
