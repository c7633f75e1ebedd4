import { structuredPatch } from 'diff';
import type { KubeObject } from '../../../api/meta.ts';
import type { ConfigKind, ConfigPair } from './config-references.ts';
import { isTextual, textOf } from './config-text.ts';

/** One key of a ConfigMap or Secret. */
export interface KeyChange {
  key: string;
  change: 'added' | 'removed' | 'changed';
  /** Of a value of one line; never of a secret. */
  before?: string;
  after?: string;
  /** Of a value of several lines: each begins with `+`, `-` or a blank. */
  lines?: string[];
}

/** A ConfigMap or Secret that a revision uses and the other does not, or that may have changed meanwhile. */
export interface ConfigChange {
  kind: ConfigKind;
  before?: string;
  after?: string;
  places: string[];
  /** The keys that differ; undefined where their content cannot be compared. */
  keys?: KeyChange[];
  /** Why it cannot. */
  unknown?: string;
}

/** What could be read: the object, or why there is none. */
export type ReadObject = KubeObject | 'absent' | 'forbidden';

/**
 * @param read undefined for an object that was not asked for
 * @param since when the older revision was made (RFC 3339): what was not written after that is the same in both
 * @returns undefined where nothing changed
 */
export function configChange(
  pair: ConfigPair,
  read: { before: ReadObject | undefined; after: ReadObject | undefined },
  since: string,
): ConfigChange | undefined {
  const { kind, places } = pair;
  const base: ConfigChange = {
    ...{ kind, places },
    ...(pair.before !== undefined && { before: pair.before }),
    ...(pair.after !== undefined && { after: pair.after }),
  };
  if (pair.before !== undefined && pair.before === pair.after) {
    const unknown = whyUncertain(read.after, since);
    return unknown === undefined ? undefined : { ...base, unknown };
  }
  const sides = (['before', 'after'] as const).filter((side) => pair[side] !== undefined);
  for (const side of sides) {
    const name = `${kind.toLowerCase()} ${pair[side]}`;
    if (read[side] === 'absent' || read[side] === undefined)
      return { ...base, unknown: `${name} is not there (any more)` };
    if (read[side] === 'forbidden') return { ...base, unknown: `${name} may not be read` };
  }
  return { ...base, keys: keyChanges(kind, read.before as KubeObject, read.after as KubeObject) };
}

/** One name in both revisions: only what cannot be written, or was not since, is known to be the same. */
function whyUncertain(read: ReadObject | undefined, since: string): string | undefined {
  if (read === 'absent') return 'it is not there';
  if (read === undefined || read === 'forbidden') return 'it may not be read';
  if (read.immutable === true) return undefined;
  const written = lastWritten(read);
  if (written === '' || Date.parse(written) <= Date.parse(since)) return undefined;
  return `it was written at ${written}, after the older revision was made: what it held then is not kept`;
}

/** As the server notes it of each that writes fields. */
function lastWritten({ metadata }: KubeObject): string {
  const times = (metadata.managedFields ?? []).flatMap(({ time }) => (time === undefined ? [] : [String(time)]));
  return [metadata.creationTimestamp ?? '', ...times].sort().at(-1) ?? '';
}

function keyChanges(kind: ConfigKind, before: KubeObject | undefined, after: KubeObject | undefined): KeyChange[] {
  const [was, is] = [valuesOf(before), valuesOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])].sort().flatMap((key): KeyChange[] => {
    const [old, fresh] = [was.get(key), is.get(key)];
    if (old !== undefined && fresh !== undefined && old.equals(fresh)) return [];
    const change = old === undefined ? 'added' : fresh === undefined ? 'removed' : 'changed';
    return [{ key, change, ...(kind === 'Secret' ? {} : shownChange(old, fresh)) }];
  });
}

/** Bytes by key; those of secrets are compared and go no further. */
function valuesOf(object: KubeObject | undefined): Map<string, Buffer> {
  const plain = object?.kind === 'Secret' ? {} : (object?.data ?? {});
  const encoded = object?.kind === 'Secret' ? (object.data ?? {}) : (object?.binaryData ?? {});
  return new Map([
    ...Object.entries(plain).map(([key, text]) => [key, Buffer.from(String(text))] as const),
    ...Object.entries(encoded).map(([key, text]) => [key, Buffer.from(String(text), 'base64')] as const),
  ]);
}

/** Lines around each change. */
const CONTEXT = 1;

function shownChange(
  before: Buffer | undefined,
  after: Buffer | undefined,
): Pick<KeyChange, 'before' | 'after' | 'lines'> {
  const both = [before, after].filter((one) => one !== undefined);
  const isLong = both.every(isTextual) && both.some((one) => one.toString().trimEnd().includes('\n'));
  if (!isLong) return { ...(before && { before: textOf(before) }), ...(after && { after: textOf(after) }) };
  const { hunks } = structuredPatch('', '', before?.toString() ?? '', after?.toString() ?? '', '', '', {
    context: CONTEXT,
  });
  const lines = hunks.flatMap((hunk, at) => [...(at > 0 ? [' …'] : []), ...hunk.lines]);
  return { lines: lines.filter((line) => !line.startsWith('\\')) };
}
