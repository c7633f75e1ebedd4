import type { KubeList } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { listPages } from '../../kube/list.ts';
import { KctlError } from '../../lib/errors.ts';
import { matchNames, readPatterns } from '../../lib/name-patterns.ts';

/**
 * The namespaces that `-n` means. The cluster is asked for its namespaces only where patterns are.
 * @returns in the order in which they are named, those of a pattern in the order of their names
 * @throws KctlError `usage` for a pattern that finds none; what the server says to the list
 */
export async function chooseNamespaces(
  text: string,
  { transport }: Pick<Cluster, 'transport'>,
  signal: AbortSignal,
): Promise<{ names: readonly string[]; isExact(name: string): boolean }> {
  const patterns = readPatterns([text]);
  const known: string[] = [];
  if (patterns.wild.length > 0) {
    const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';
    for await (const page of listPages<KubeList>(transport, { path: '/api/v1/namespaces', accept, signal })) {
      for (const { metadata } of page.items ?? []) known.push(metadata.name ?? '');
    }
  }
  const { names, missed } = matchNames(patterns, known);
  if (missed.length > 0 || names.length === 0) {
    throw new KctlError('usage', `no namespace matches ${missed.length > 0 ? missed.join(', ') : text}`);
  }
  return { names, isExact: (name) => patterns.exact.includes(name) };
}

/** The same cluster, seen from another namespace. */
export function inNamespace(cluster: Cluster, namespace: string): Cluster {
  return Object.create(cluster, {
    namespace: { value: namespace, enumerable: true },
    namespaceExplicit: { value: true, enumerable: true },
  }) as Cluster;
}
