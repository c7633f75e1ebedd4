import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { readOwnership } from '../../kube/ownership.ts';
import { KctlError } from '../../lib/errors.ts';
import { inOrder } from '../../lib/in-order.ts';
import type { CommandContext } from '../command.ts';
import type { DeleteOptions } from '../delete/options.ts';
import type { DeleteSource, DeleteTarget } from '../delete/targets.ts';
import { throwCollected } from '../shared/errors.ts';
import { kindName } from '../shared/names.ts';
import { type DeletionScene, deleteFindings } from './delete-findings.ts';
import { counted, findingsText } from './finding.ts';
import { type GoingObject, type Selected, whatGoes } from './going.ts';
import { readSurroundings } from './surroundings.ts';

/** Objects of one type below one owner that are named; the rest is counted. */
const mostOfAType = 10;

/**
 * `delete --preview`: what would go, what goes with it and what that means. Nothing is deleted.
 * @throws what could not be found, after the rest was shown
 */
export async function previewDeletion(
  source: DeleteSource,
  options: Pick<DeleteOptions, 'propagationPolicy' | 'ignoreNotFound'>,
  cluster: Cluster,
  { io, signal }: CommandContext,
): Promise<void> {
  const { selected, errors } = await readSelected(source, options, cluster, signal);
  if (selected.length === 0) {
    if (errors.length === 0) io.stdout.write('No resources found\n');
    throwCollected(errors);
    return;
  }
  const namespaces = namespacesOf(selected);
  const [ownership, surroundings] = await Promise.all([
    readOwnership(cluster, { ...(namespaces && { namespaces }), signal }),
    readSurroundings(cluster, namespaces, signal),
  ]);
  const outcome = whatGoes(selected, ownership, options.propagationPolicy);
  const scene: DeletionScene = { ...outcome, ...surroundings, selected };
  const { going, staying } = outcome;
  const policy = options.propagationPolicy.toLowerCase();
  io.stdout.write(`${counted(going.size, 'object')} would go (cascade ${policy}):\n${treeText([...going.values()])}`);
  for (const { object, why } of staying) io.stdout.write(`  ${nameOf(object)} ${why}\n`);
  const findings = findingsText(deleteFindings(scene));
  if (findings !== '') io.stdout.write(`What comes of it:\n${findings}`);
  const unseen = [...new Set([...surroundings.missing, ...ownership.unread.map(({ resource }) => resource.plural)])];
  if (unseen.length > 0) io.stdout.write(`Not seen, for want of rights or an answer: ${unseen.join(', ')}\n`);
  io.stdout.write('Nothing was deleted.\n');
  throwCollected(errors);
}

async function readSelected(
  source: DeleteSource,
  { ignoreNotFound }: Pick<DeleteOptions, 'ignoreNotFound'>,
  { transport }: Cluster,
  signal: AbortSignal,
): Promise<{ selected: Selected[]; errors: KctlError[] }> {
  const targets: DeleteTarget[] = [];
  const errors: KctlError[] = [];
  for await (const item of source()) {
    if (item instanceof KctlError) errors.push(item);
    else targets.push(item);
  }
  const selected: Selected[] = [];
  const read = ({ resource, namespace, name }: DeleteTarget) =>
    transport.json<KubeObject>({ method: 'GET', path: resourcePath(resource, { namespace, name }), signal });
  let next = 0;
  for await (const answer of inOrder(targets, 8, read)) {
    const { resource } = targets[next++]!;
    if (answer.status === 'fulfilled') {
      selected.push({ resource, metadata: answer.value.metadata, object: answer.value });
    } else if (answer.reason instanceof KctlError && answer.reason.code === 'api') errors.push(answer.reason);
    else throw answer.reason;
  }
  const isMissing = (error: KctlError) => 'reason' in error && error.reason === 'NotFound';
  return { selected, errors: ignoreNotFound ? errors.filter((error) => !isMissing(error)) : errors };
}

/** Dependents of namespaced objects live beside them; those of others may be anywhere. */
function namespacesOf(selected: readonly Selected[]): string[] | undefined {
  const found = new Set<string>();
  for (const { metadata, object } of selected) {
    if (metadata.namespace !== undefined) found.add(metadata.namespace);
    else if (object.kind === 'Namespace' && object.apiVersion === 'v1') found.add(metadata.name ?? '');
    else return undefined;
  }
  return [...found];
}

const nameOf = ({ resource, metadata }: Pick<GoingObject, 'resource' | 'metadata'>): string =>
  `${kindName(resource)}/${metadata.name}${metadata.namespace === undefined ? '' : ` in ${metadata.namespace}`}`;

/** Each object below what takes it along. */
function treeText(objects: readonly GoingObject[]): string {
  const below = Map.groupBy(objects, ({ parent }) => parent);
  const lines: string[] = [];
  const add = (parent: GoingObject | undefined, indent: string): void => {
    const byType = Map.groupBy(below.get(parent) ?? [], ({ resource }) => resource);
    for (const [resource, all] of byType) {
      const shown = parent === undefined ? all : all.slice(0, mostOfAType);
      for (const object of shown) {
        const terminating = object.metadata.deletionTimestamp ? ' (is being deleted already)' : '';
        lines.push(`${indent}${nameOf(object)}${terminating}\n`);
        add(object, `${indent}  `);
      }
      if (shown.length < all.length) lines.push(`${indent}and ${all.length - shown.length} more ${resource.plural}\n`);
    }
  };
  add(undefined, '  ');
  return lines.join('');
}
