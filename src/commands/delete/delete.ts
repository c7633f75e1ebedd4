import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { statusError } from '../../kube/transport/status-error.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { addSource, throwCollected } from '../shared/errors.ts';
import { kindName } from '../shared/names.ts';
import { dryRunSuffix } from '../shared/write-flags.ts';
import { confirm } from './confirm.ts';
import { completeDelete, type DeleteOptions, deleteFlags, validateDelete } from './options.ts';
import { type DeleteTarget, findDeleteTargets } from './targets.ts';
import { waitUntilGone } from './wait.ts';

/** `kctl delete`: by name, label, file or all of a type; waits until the objects are gone. */
export const deleteCommand = defineCommand<DeleteOptions>({
  flags: deleteFlags,
  complete: completeDelete,
  validate: validateDelete,
  async run(options, context) {
    const cluster = await context.connect();
    if (options.raw !== '') return deleteRaw(options.raw, cluster, context);
    const { targets, errors: unread } = await findDeleteTargets(options, cluster, context);
    if (targets.length === 0 && unread.length === 0) {
      context.io.stdout.write('No resources found\n');
      return 0;
    }
    warnAboutScope(targets, cluster, context);
    if (
      options.interactive &&
      targets.length > 0 &&
      options.dryRun === 'none' &&
      !(await confirm(targets, context.io))
    ) {
      context.io.stdout.write('deletion is cancelled\n');
      return 0;
    }
    const errors: unknown[] = [];
    const deleted: DeleteTarget[] = [];
    for (const target of targets) {
      try {
        const uid = options.dryRun === 'client' ? undefined : await deleteOne(target, options, cluster, context.signal);
        context.io.stdout.write(resultLine(target, options));
        deleted.push({ ...target, ...(uid !== undefined && { uid }) });
      } catch (error) {
        if (options.ignoreNotFound && isApiError(error, 'NotFound')) continue;
        errors.push(target.source === undefined ? error : addSource('deleting', target.source, error));
      }
    }
    if (options.wait) errors.push(...(await waitUntilGone(deleted, options.timeout, cluster, context.signal)));
    throwCollected([...errors, ...unread]);
    return 0;
  },
});

/** @returns the uid of the object that is now going away, where the server says it */
async function deleteOne(
  { resource, name, namespace }: DeleteTarget,
  options: DeleteOptions,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<string | undefined> {
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: options.propagationPolicy,
    ...(options.gracePeriod !== undefined && { gracePeriodSeconds: options.gracePeriod }),
    ...(options.dryRun === 'server' && { dryRun: ['All'] }),
  };
  const answer = await cluster.transport.json<KubeObject>({
    method: 'DELETE',
    path: resourcePath(resource, { namespace, name }),
    contentType: 'application/json',
    body: JSON.stringify(body),
    signal,
  });
  return answer.kind === 'Status' ? (answer.details as { uid?: string } | undefined)?.uid : answer.metadata.uid;
}

function resultLine({ resource, name }: DeleteTarget, { nameOnly, gracePeriod, dryRun }: DeleteOptions): string {
  if (nameOnly) return `${kindName(resource)}/${name}\n`;
  const operation = gracePeriod === 0 ? 'force deleted' : 'deleted';
  return `${kindName(resource)} "${name}" ${operation}${dryRunSuffix(dryRun)}\n`;
}

function warnAboutScope(targets: readonly DeleteTarget[], cluster: Cluster, { io }: CommandContext): void {
  if (!cluster.namespaceExplicit || targets.every(({ resource }) => resource.namespaced)) return;
  io.stderr.write('Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n');
}

async function deleteRaw(path: string, cluster: Cluster, { io, signal }: CommandContext): Promise<number> {
  const response = await cluster.transport.send({ method: 'DELETE', path, signal });
  const text = await response.text();
  if (response.status >= 400) throw statusError(response.status, text, { method: 'DELETE', path });
  io.stdout.write(text);
  return 0;
}
