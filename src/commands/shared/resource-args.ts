import type { ResourceInfo } from '../../api/resource.ts';
import type { Discovery } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { checkResourceName } from './names.ts';

/** One type that the user named, with the names of its objects; without names the whole collection is meant. */
export interface ResourceTarget {
  resource: ResourceInfo;
  names: readonly string[];
}

export interface ResourceArguments {
  targets: readonly ResourceTarget[];
  /** `type/name` was used: every object is asked for by itself. */
  byTuple: boolean;
  /** Exactly one object was named, so it is printed bare and not as a list. */
  singleItem: boolean;
}

interface TypeAndNames {
  type: string;
  names: readonly string[];
}

/**
 * Reads resource arguments as kubectl's resource builder does: `TYPE[,TYPE] [NAME...]`,
 * `TYPE/NAME ...` and categories.
 * @throws KctlError `usage` with kubectl's sentences, or what discovery says about an unknown type
 */
export async function resolveResourceArguments(
  args: readonly string[],
  discovery: Discovery,
  tool: string,
): Promise<ResourceArguments> {
  const words = spreadNamesOverTypes(args);
  const byTuple = words.some((word) => word.includes('/'));
  const wanted = byTuple ? readTuples(words, tool) : await readTypes(words, discovery);
  const targets: ResourceTarget[] = [];
  for (const name of wanted.flatMap(({ names }) => names)) checkResourceName(name);
  for (const { type, names } of wanted) targets.push({ resource: await discovery.resolve(type), names });
  const singleItem = wanted.length === 1 && wanted[0]!.names.length === 1;
  return { targets: mergeSame(targets, byTuple), byTuple, singleItem };
}

/** `svc,cm a b` means `svc/a svc/b cm/a cm/b`. */
function spreadNamesOverTypes(args: readonly string[]): readonly string[] {
  const types = splitTypes(args[0] ?? '');
  if (args.length < 2 || types.length < 2) return args;
  return types.flatMap((type) => args.slice(1).map((name) => `${type}/${name}`));
}

function readTuples(words: readonly string[], tool: string): TypeAndNames[] {
  return words.map((word) => {
    const parts = word.split('/');
    if (parts.length < 2) {
      throw new KctlError(
        'usage',
        `there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. '${tool} get resource/<resource_name>' instead of '${tool} get resource resource/<resource_name>'`,
      );
    }
    if (parts.length > 2) {
      throw new KctlError('usage', 'arguments in resource/name form may not have more than one slash');
    }
    const [type, name] = parts as [string, string];
    if (type === '' || name === '' || splitTypes(type).length !== 1) {
      throw new KctlError('usage', 'arguments in resource/name form must have a single resource and name');
    }
    return { type, names: [name] };
  });
}

/** The types of the first word, categories spelled out, each with the names that follow. */
async function readTypes(words: readonly string[], discovery: Discovery): Promise<TypeAndNames[]> {
  const [first, ...names] = words;
  if (first === undefined) return [];
  const types: string[] = [];
  for (const word of first.split(',')) {
    const members = word === '' ? undefined : await categoryMembers(word, discovery);
    types.push(...(members ?? [word]));
  }
  return splitTypes(types.join(',')).map((type) => ({ type, names }));
}

/** A category is never written with dots or capitals; built-in names need no discovery to be told apart. */
async function categoryMembers(word: string, discovery: Discovery): Promise<string[] | undefined> {
  if (word.includes('.')) return undefined;
  const members = await discovery.expandCategory(word);
  return members?.map(({ plural, version, group }) => [plural, ...(group ? [version, group] : [])].join('.'));
}

/** Splits at commas and drops repetitions, as kubectl does. */
function splitTypes(text: string): string[] {
  const types: string[] = [];
  for (const type of text.split(',')) {
    if (!types.includes(type)) types.push(type);
  }
  return types;
}

/** Neighbours of one type share a target, so that `pod/a pod/b` prints one table. */
function mergeSame(targets: readonly ResourceTarget[], byTuple: boolean): readonly ResourceTarget[] {
  if (!byTuple) return targets;
  const merged: ResourceTarget[] = [];
  for (const target of targets) {
    const last = merged.at(-1);
    if (last && last.resource === target.resource) {
      merged[merged.length - 1] = { resource: last.resource, names: [...last.names, ...target.names] };
    } else merged.push(target);
  }
  return merged;
}
