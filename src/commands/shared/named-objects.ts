import type { KubeObject } from '../../api/meta.ts';
import { type ResourceInfo, resourcePath } from '../../api/resource.ts';
import type { Cluster, Discovery } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { checkResourceName } from './names.ts';

export interface NamedObject {
  resource: ResourceInfo;
  name: string;
}

/**
 * The words of verbs that have a type of their own: `NAME`, or `TYPE/NAME`.
 * @throws KctlError `usage` with the sentences of kubectl's resource builder
 */
export async function resolveNames(
  type: string,
  words: readonly string[],
  discovery: Discovery,
): Promise<readonly NamedObject[]> {
  const pairs = words.map((word) => splitWord(word, type));
  const named: NamedObject[] = [];
  for (const [kind, name] of pairs) {
    const resource = await discovery.resolve(kind);
    checkResourceName(name);
    named.push({ resource, name });
  }
  return named;
}

function splitWord(word: string, type: string): readonly [type: string, name: string] {
  const parts = word.split('/');
  if (parts.length === 1) return [type, word];
  if (parts.length > 2) {
    throw new KctlError('usage', 'arguments in resource/name form may not have more than one slash');
  }
  const [kind = '', name = ''] = parts;
  if (kind === '' || name === '' || kind.includes(',')) {
    throw new KctlError('usage', 'arguments in resource/name form must have a single resource and name');
  }
  return [kind, name];
}

/** The object as the server has it; of namespaced kinds the one in the namespace in use. */
export function getNamed({ resource, name }: NamedObject, cluster: Cluster, signal: AbortSignal): Promise<KubeObject> {
  const path = resourcePath(resource, { namespace: cluster.namespace, name });
  return cluster.transport.json<KubeObject>({ method: 'GET', path, signal });
}
