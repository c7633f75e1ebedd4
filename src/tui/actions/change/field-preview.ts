import { type FieldDifference, fieldDifferences } from '../../../api/changes/field-diff.ts';
import { ownersOf } from '../../../api/changes/field-owners.ts';
import { isSecret } from '../../../api/changes/kept-object.ts';
import { lastAppliedAnnotation } from '../../../api/changes/last-applied-annotation.ts';
import { ownFields } from '../../../api/changes/own-fields.ts';
import { shownValue } from '../../../api/changes/shown-value.ts';
import type { KubeObject } from '../../../api/meta.ts';
import type { DashboardServices } from '../../services.ts';
import type { DialogValues } from '../../state/dialog.ts';
import { refText } from '../../views/ref-text.ts';
import type { ObjectRef } from '../../views/view.ts';
import { say } from '../../words/say.ts';
import type { Change } from './change.ts';

/** Objects that are looked at one by one; of more it is said that they were not. */
const mostLookedAt = 6;

/** The manifest that `apply` keeps says the same once more. */
function writersFields(object: KubeObject): KubeObject {
  const { metadata, ...rest } = ownFields(object, undefined);
  const { [lastAppliedAnnotation]: _, ...annotations } = metadata.annotations ?? {};
  return { ...rest, metadata: { ...metadata, annotations } } as KubeObject;
}

function differenceLine(difference: FieldDifference, before: KubeObject): string {
  const { path } = difference;
  const secret = isSecret(before);
  const [was, is] = [difference.before, difference.after].map((value) => shownValue(value, path, secret));
  const owners = ownersOf(difference, before.metadata.managedFields);
  return `  ${path}: ${was} -> ${is}${owners.length > 0 ? `  (${say('of {owners}', { owners: owners.join(', ') })})` : ''}`;
}

/** What differs between an object and what the server would make of it: `path: before -> after (of OWNERS)`. */
function differenceLines(before: KubeObject, after: KubeObject): string[] {
  return fieldDifferences(writersFields(before), writersFields(after)).map((one) => differenceLine(one, before));
}

/** Undefined where a command printed no object. */
function readObject(text: string): KubeObject | undefined {
  try {
    return JSON.parse(text) as KubeObject;
  } catch {
    return undefined;
  }
}

async function lookAt(
  services: DashboardServices,
  ref: ObjectRef,
  argv: readonly string[],
  stdin: string | undefined,
  signal: AbortSignal,
): Promise<string[]> {
  const [before, tried] = await Promise.all([
    services.get(ref.resource, ref.namespace, ref.name),
    services.run([...argv, '--dry-run=server', '-o', 'json'], { signal, ...(stdin !== undefined && { stdin }) }),
  ]);
  const said = tried.stderr.trimEnd() === '' ? [] : tried.stderr.trimEnd().split('\n');
  if (tried.code !== 0) return [refText(ref), ...said.map((line) => `  x ${line}`)];
  const after = readObject(tried.stdout);
  if (!after) return [refText(ref), `  ${say('the server does not say what it would make of it')}`, ...said];
  const lines = differenceLines(before, after);
  return [
    refText(ref),
    ...(lines.length > 0 ? lines : [`  ${say('nothing changes')}`]),
    ...said.map((one) => `  ${one}`),
  ];
}

/** What the server would make of the objects: a dry run of the change beside what is there. */
export async function fieldPreview(
  services: DashboardServices,
  change: Change,
  values: DialogValues,
  signal: AbortSignal,
): Promise<string[]> {
  const looked = change.targets.slice(0, mostLookedAt);
  const parts = await Promise.all(
    looked.map((ref) =>
      lookAt(
        services,
        ref,
        change.rehearsal?.(ref, values) ?? change.argv([ref], values),
        change.stdin?.([ref], values),
        signal,
      ),
    ),
  );
  const rest = change.targets.length - looked.length;
  const [only] = parts;
  // The question names the only object already.
  if (change.targets.length === 1) return only!.slice(1).map((line) => line.trimStart());
  return [...parts.flat(), ...(rest > 0 ? [say('and {rest} more, not looked at', { rest })] : [])];
}
