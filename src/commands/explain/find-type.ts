import { groupResource, type ResourceInfo } from '../../api/resource.ts';
import type { Discovery } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';

export interface ExplainedType {
  resource: ResourceInfo;
  /** Names of fields, from the type down. */
  path: readonly string[];
}

/**
 * What `pods.spec.containers` and `deployments.apps.spec` name.
 * @param ofAnyGroup false: the word up to the first dot is the type, whatever follows is fields
 * @throws KctlError `input`
 */
export async function findType(text: string, ofAnyGroup: boolean, discovery: Discovery): Promise<ExplainedType> {
  const words = splitFields(text);
  const [type = '', ...path] = words;
  const found = await resourcesCalled(type, discovery);
  const [first] = found;
  if (!first) {
    throw new KctlError('input', `the server doesn't have a resource type "${type}"`, { prefix: '' });
  }
  const whole = text.replace(/\.$/, '');
  const named = ofAnyGroup ? found.find((resource) => whole.startsWith(groupResource(resource))) : undefined;
  if (!named) return { resource: first, path };
  const rest = whole.slice(groupResource(named).length);
  return { resource: named, path: rest === '' ? [] : splitFields(rest).slice(1) };
}

/** The fields of a path; a dot within a name is escaped. @throws KctlError `usage` for a path that has more than fields */
function splitFields(text: string): string[] {
  if (/[[\]*()@'"{}]|\.\./.test(text)) {
    throw new KctlError('usage', 'invalid jsonpath syntax, first node must be field node');
  }
  return text
    .replace(/\.$/, '')
    .split(/(?<!\\)\./)
    .map((field) => field.replace(/\\(.)/g, '$1'));
}

/** By plural, singular or kind in every group and version, the preferred ones first; else by a short name. */
async function resourcesCalled(word: string, discovery: Discovery): Promise<readonly ResourceInfo[]> {
  const wanted = word.toLowerCase();
  for (const refresh of [false, true]) {
    const all = await discovery.resources({ refresh });
    const named = all.filter(
      ({ plural, singular, kind }) => plural === wanted || singular === wanted || kind.toLowerCase() === wanted,
    );
    if (named.length > 0) return named;
    const short = all.find(({ shortNames }) => shortNames.includes(wanted));
    if (short) return all.filter(({ plural, group }) => plural === short.plural && group === short.group);
  }
  return [];
}
