import { labelValue, type NameRule, qualifiedName } from '../../api/validation/names.ts';
import { KctlError } from '../../lib/errors.ts';

export interface Taint {
  key: string;
  value?: string;
  effect: string;
  timeAdded?: string;
}

/** What `KEY=VALUE:EFFECT`, `KEY:EFFECT`, `KEY:EFFECT-` and `KEY-` ask for. */
export interface TaintChanges {
  add: readonly Taint[];
  /** With an empty effect: all of the key. */
  remove: readonly Taint[];
}

/** The words that name nodes, and those that name taints. */
export interface TaintWords {
  resources: readonly string[];
  taints: readonly string[];
}

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** @throws KctlError `usage` for a node behind a taint */
export function splitTaintWords(args: readonly string[]): TaintWords {
  const isTaint = (word: string) => /[=:]|-$/.test(word);
  const first = args.findIndex(isTaint);
  const taints = first < 0 ? [] : args.slice(first);
  const late = taints.find((word) => !isTaint(word));
  if (late !== undefined) {
    throw new KctlError('usage', `all resources must be specified before taint changes: ${late}`);
  }
  return { resources: first < 0 ? args : args.slice(0, first), taints };
}

/** @throws KctlError `usage` in kubectl's words */
export function parseTaints(specs: readonly string[]): TaintChanges {
  const add: Taint[] = [];
  const remove: Taint[] = [];
  for (const spec of specs) {
    if (spec.endsWith('-')) {
      const { key, effect } = parseTaint(spec.slice(0, -1));
      remove.push({ key, effect });
      continue;
    }
    const taint = parseTaint(spec);
    if (taint.effect === '') throw new KctlError('usage', `invalid taint spec: ${spec}`);
    if (add.some((other) => sameTaint(other, taint))) {
      const shown = `{${taint.key} ${taint.value ?? ''} ${taint.effect} <nil>}`;
      throw new KctlError('usage', `duplicated taints with the same key and effect: ${shown}`);
    }
    add.push(taint);
  }
  return { add, remove };
}

function parseTaint(spec: string): Taint {
  const invalid = (why = '') => new KctlError('usage', `invalid taint spec: ${spec}${why}`);
  const [head = '', effect = '', ...more] = spec.split(':');
  if (more.length > 0) throw invalid();
  if (spec.includes(':') && !effects.includes(effect)) {
    throw new KctlError('usage', `invalid taint effect: ${effect}, unsupported taint effect`);
  }
  // Without an effect everything is the key, an equals sign too.
  const [key = '', value = '', ...rest] = spec.includes(':') ? head.split('=') : [head];
  if (rest.length > 0) throw invalid();
  const complaints = complaintsOf(labelValue, value) || complaintsOf(qualifiedName, key);
  if (complaints) throw invalid(`, ${complaints}`);
  return { key, effect, ...(value === '' ? {} : { value }) };
}

/** In the words of release 1.32, which differ from the server's in these. */
function complaintsOf(rule: NameRule, text: string): string {
  return rule(text)
    .join('; ')
    .replace('a valid label key must', 'a qualified name must')
    .replace(/(no more than \d+) bytes/, '$1 characters');
}

export const sameTaint = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;

/** @throws KctlError `usage` for what is to come and to go at once */
export function refuseContradictions({ add, remove }: TaintChanges): void {
  const both = add.flatMap((taint) =>
    remove
      .filter(({ key, effect }) => key === taint.key && (effect === '' || effect === taint.effect))
      .map(({ key, effect }) => `${key}=${effect}`),
  );
  if (both.length === 0) return;
  const message = 'can not both modify and remove the following taint(s) in the same command';
  throw new KctlError('usage', `${message}: ${both.join(', ')}`);
}
