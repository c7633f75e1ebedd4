import type { Permission } from '../../api/rbac.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { findType } from './find-type.ts';

/** What `who-can` was asked, looked up in what the server serves. */
export interface Question {
  wanted: Permission;
  /** False where only bindings of the whole cluster count. */
  isNamespaced: boolean;
  /** `get pods/log "web"`: for people. */
  text: string;
  /** What may be wrong with it. */
  doubts: readonly string[];
}

/** What can be impersonated is served nowhere. */
const neverServed = new Set(['users', 'groups', 'uids']);

/**
 * Reads `VERB RESOURCE[.GROUP][/SUBRESOURCE] [NAME]` or `VERB /PATH`.
 * @throws KctlError `usage`
 */
export async function readQuestion(
  [verb = '', what = '', name]: readonly string[],
  cluster: Cluster,
): Promise<Question> {
  if (what.startsWith('/')) {
    if (name !== undefined)
      throw new KctlError('usage', `a path has no objects: ${JSON.stringify(name)} is one word too many`);
    return { wanted: { verb, path: what }, isNamespaced: false, text: `${verb} ${what}`, doubts: [] };
  }
  const slash = what.indexOf('/');
  const [type, subresource] = slash < 0 ? [what, ''] : [what.slice(0, slash), what.slice(slash + 1)];
  const found = await findType(type, cluster);
  const doubts: string[] = [];
  if (!found && type !== '*' && !neverServed.has(type.toLowerCase())) {
    doubts.push(`the server doesn't have a resource type "${type}"; looking for rules that name it all the same`);
  }
  const { plural = type, group = '', namespaced = true, subresources = [] } = found ?? {};
  if (found && subresource !== '' && !subresources.some((one) => one.name === subresource)) {
    doubts.push(`${plural} have no subresource "${subresource}"; an object's name is a word of its own`);
  }
  const full = `${plural}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}`;
  return {
    wanted: {
      ...{ verb, group, resource: plural },
      ...(subresource ? { subresource } : {}),
      ...(name === undefined ? {} : { name }),
    },
    isNamespaced: namespaced,
    text: `${verb} ${full}${name === undefined ? '' : ` "${name}"`}`,
    doubts,
  };
}
