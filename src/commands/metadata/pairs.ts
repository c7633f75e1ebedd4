import { KctlError } from '../../lib/errors.ts';

/** The words of `label` and `annotate`, told apart. */
export interface MetadataWords {
  resources: string[];
  pairs: string[];
}

export interface MetadataChanges {
  set: ReadonlyMap<string, string>;
  remove: readonly string[];
}

/** `KEY=VALUE` sets and `KEY-` removes; everything before the first of them names resources. */
export function splitPairs(args: readonly string[], noun: string): MetadataWords {
  const isPair = (word: string) => word.indexOf('=') > 0 || (word.endsWith('-') && word !== '-');
  const first = args.findIndex(isPair);
  if (first < 0) return { resources: [...args], pairs: [] };
  const pairs = args.slice(first);
  const late = pairs.find((word) => !isPair(word));
  if (late !== undefined) {
    throw new KctlError('usage', `all resources must be specified before ${noun} changes: ${late}`);
  }
  return { resources: args.slice(0, first), pairs };
}

/** @throws KctlError `usage` where a key is both set and removed */
export function readChanges(pairs: readonly string[], noun: 'label' | 'annotation'): MetadataChanges {
  const set = new Map<string, string>();
  const remove: string[] = [];
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 0) remove.push(pair.slice(0, -1));
    else set.set(pair.slice(0, at), pair.slice(at + 1));
    if (noun === 'label' && at >= 0) checkLabelValue(pair, pair.slice(at + 1));
  }
  const both = remove.filter((key) => set.has(key));
  if (both.length > 0) {
    const what = noun === 'label' ? 'a label' : 'the following annotation(s)';
    const which = noun === 'label' ? '' : `: ${both.join(', ')}`;
    throw new KctlError('usage', `can not both modify and remove ${what} in the same command${which}`);
  }
  return { set, remove };
}

const labelValue = '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?';

/** Checked here, because a server would only speak of the object and not of the word that is wrong. */
function checkLabelValue(pair: string, value: string): void {
  if (value.includes('=')) throw new KctlError('usage', `invalid label spec: ${pair}`);
  const problem = new RegExp(`^${labelValue}$`).test(value)
    ? value.length > 63 && 'must be no more than 63 characters'
    : `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${labelValue}')`;
  if (problem) throw new KctlError('usage', `invalid label value: "${pair}": ${problem}`);
}

/** What keys of `live` would be overwritten, as `[key, value it has]`. */
export function overwritten(
  { set }: MetadataChanges,
  live: Readonly<Record<string, string>>,
): readonly (readonly [string, string])[] {
  return [...set].flatMap(([key, value]) => {
    const has = live[key];
    // What led to a change may always be said anew.
    const isFree = key === 'kubernetes.io/change-cause';
    return has !== undefined && has !== value && !isFree ? [[key, has] as const] : [];
  });
}

/** A copy of `live` with the changes made. */
export function changed(
  { set, remove }: MetadataChanges,
  live: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = Object.entries(live).filter(([key]) => !remove.includes(key));
  return Object.fromEntries([...kept, ...set]);
}
