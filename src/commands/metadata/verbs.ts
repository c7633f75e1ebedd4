import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { oneOrMore } from '../shared/errors.ts';
import type { MetadataChanges } from './pairs.ts';

type Entries = Readonly<Record<string, string>>;

/** What makes `label` and `annotate` two verbs. */
export interface MetadataVerb {
  name: 'label' | 'annotate';
  noun: 'label' | 'annotation';
  field: 'labels' | 'annotations';
  /** What is said of an object that had `before` and has `after`. */
  operation(before: Entries, after: Entries, overwrite: boolean): string;
  /** @param taken keys that have another value, as `[key, value it has]` */
  conflict(taken: readonly (readonly [string, string])[]): KctlError;
  /** Tells of what cannot be done, and is no error. */
  remark(changes: MetadataChanges, before: Entries, io: IoStreams): void;
}

export const labelVerb: MetadataVerb = {
  name: 'label',
  noun: 'label',
  field: 'labels',
  operation(before, after, overwrite) {
    const [old, now] = [JSON.stringify(sorted(before)), JSON.stringify(sorted(after))];
    if (old === now) return 'not labeled';
    return !overwrite && now.length < old.length ? 'unlabeled' : 'labeled';
  },
  conflict: (taken) =>
    oneOrMore(
      taken.map(
        ([key, has]) => new KctlError('usage', `'${key}' already has a value (${has}), and --overwrite is false`),
      ),
    ),
  remark({ remove }, before, io) {
    for (const key of remove) if (before[key] === undefined) io.stdout.write(`label "${key}" not found.\n`);
  },
};

export const annotateVerb: MetadataVerb = {
  name: 'annotate',
  noun: 'annotation',
  field: 'annotations',
  operation: () => 'annotated',
  conflict(taken) {
    const found = taken.map(([key, has]) => `'${key}' already has a value (${has})`).join('; ');
    return new KctlError('usage', `--overwrite is false but found the following declared annotation(s): ${found}`);
  },
  remark: () => {},
};

function sorted(entries: Entries): [string, string][] {
  return Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The lines of `--list`; objects that share the screen get a title each. */
export function listing(verb: MetadataVerb, object: KubeObject, group: string, withTitle: boolean): string {
  const entries = sorted(object.metadata[verb.field] ?? {});
  const title = withTitle ? `Listing ${verb.field} for ${object.kind}.${group}/${object.metadata.name}:\n` : '';
  return title + entries.map(([key, value]) => `${withTitle ? ' ' : ''}${key}=${value}\n`).join('');
}
