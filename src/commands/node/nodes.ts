import type { KubeList, KubeObject } from '../../api/meta.ts';
import { type ResourceInfo, resourcePath } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { listPages } from '../../kube/list.ts';
import { KctlError } from '../../lib/errors.ts';
import { usageError } from '../shared/errors.ts';
import { getNamed, resolveNames } from '../shared/named-objects.ts';

/** The nodes of `cordon`, `uncordon` and `drain`: by name, or by `-l`. */
export interface NodeSelection {
  args: readonly string[];
  selector: string;
  /** True where `-l` was typed, though it may be empty. */
  selectorGiven: boolean;
  /** How many to ask for at a time; 0 asks for all at once. */
  chunkSize: number;
}

/** @throws KctlError `usage` */
export function validateNodeSelection(selection: NodeSelection, commandLine: string, verb: string): void {
  const { args, selector, selectorGiven } = selection;
  if (args.length === 0 && !selectorGiven) throw usageError(`USAGE: ${verb} NODE [flags]`, commandLine);
  if (args.length > 0 && selector !== '') {
    throw usageError('cannot specify both a node name and a --selector option', commandLine);
  }
}

/** All of them, or none: what is missing is told before any node is touched. */
export async function selectNodes(
  { args, selector, chunkSize }: NodeSelection,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const named = await resolveNames('nodes', args, cluster.discovery);
  if (new Set(named.map(({ resource }) => resource.plural)).size > 1) {
    throw new KctlError('usage', 'you may only specify a single resource type');
  }
  if (named.length > 0) {
    const nodes: KubeObject[] = [];
    for (const one of named) {
      nodes.push(await getNamed(one, cluster, signal));
      requireNode(one.resource);
    }
    return nodes;
  }
  if (selector === '') {
    throw new KctlError(
      'usage',
      "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'",
    );
  }
  return listNodes(cluster, selector, chunkSize, signal);
}

export async function listNodes(
  cluster: Cluster,
  labelSelector: string,
  limit: number,
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const resource = await cluster.discovery.resolve('nodes');
  const query = { labelSelector: labelSelector || undefined };
  const pages = listPages<KubeList>(cluster.transport, {
    path: resourcePath(resource),
    query,
    limit,
    signal,
    resource,
  });
  const nodes: KubeObject[] = [];
  for await (const { items } of pages) {
    for (const item of items) nodes.push({ ...item, apiVersion: 'v1', kind: 'Node' });
  }
  return nodes;
}

function requireNode({ group, version, plural }: ResourceInfo): void {
  if (group === '' && plural === 'nodes') return;
  throw new KctlError('usage', `expected resource of type node, got "${group}/${version}, Resource=${plural}"`);
}
