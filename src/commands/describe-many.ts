import { isApiError } from '../api/status.ts';
import type { Cluster } from '../kube/cluster.ts';
import { inOrder } from '../lib/in-order.ts';
import type { CommandContext } from './command.ts';
import { type DescribeSelection, type Found, findObjects } from './describe-find.ts';
import { labelled, openScopes, scopesAtOnce } from './shared/scopes.ts';

/** An object and the cluster as it is seen from its namespace. */
export interface PlacedFound {
  found: Found;
  cluster: Cluster;
}

/**
 * The objects of several namespaces, in their order; what cannot be had goes to `errors`, with the name of its place. A
 * name that a pattern of namespaces does not have everywhere is no failure where one has it.
 */
export async function findInScopes(
  options: DescribeSelection,
  context: CommandContext,
  errors: unknown[],
): Promise<PlacedFound[]> {
  const opened = await openScopes([], context, options.allNamespaces);
  errors.push(...opened.errors);
  const placed: PlacedFound[] = [];
  const missing: unknown[] = [];
  const searches = inOrder(opened.scopes, scopesAtOnce, async (scope) => {
    const failures: unknown[] = [];
    const found = await findObjects(options, scope.cluster, context, failures);
    return { scope, found: found.filter(({ resource }) => resource.namespaced || scope.isFirst), failures };
  });
  for await (const search of searches) {
    if (search.status === 'rejected') throw search.reason;
    const { scope, found, failures } = search.value;
    placed.push(...found.map((each) => ({ found: each, cluster: scope.cluster })));
    for (const failure of failures) {
      const mayMiss = !scope.isNamed && isApiError(failure, 'NotFound');
      (mayMiss ? missing : errors).push(labelled(failure, scope.label));
    }
  }
  if (placed.length === 0) errors.push(...missing);
  return placed;
}
