import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { addSource, throwCollected } from '../shared/errors.ts';
import { kindName } from '../shared/names.ts';
import { sendRaw } from '../shared/send-raw.ts';
import { warn } from '../shared/warn.ts';
import { dryRunSuffix } from '../shared/write-flags.ts';
import { confirm } from './confirm.ts';
import { completeDelete, type DeleteOptions, deleteFlags, validateDelete } from './options.ts';
import { type DeleteSource, type DeleteTarget, resolveSource } from './targets.ts';
import { waitUntilGone } from './wait.ts';

/** `kctl delete`: by name, label, file or all of a type; waits until the objects are gone. */
export const deleteCommand = defineCommand<DeleteOptions>({
  flags: deleteFlags,
  complete: completeDelete,
  async run(options, context) {
    const { io } = context;
    if (options.raw !== '') {
      validateDelete(options, io);
      await sendRaw('DELETE', options.raw, options.files.filenames[0] ?? '', context);
      return;
    }
    const cluster = await context.connect();
    const source = await resolveSource(options, cluster, context);
    validateDelete(options, io);
    if (options.preview) {
      const { previewDeletion } = await import('../preview/delete-preview.ts');
      await previewDeletion(source, options, cluster, context);
      return;
    }
    let wanted: DeleteSource | undefined = source;
    if (options.interactive) wanted = await confirmed(source, options, context);
    if (wanted) await deleteObjects(wanted, options, cluster, context);
  },
});

/** Only what was shown goes, also where more fits by now. @returns undefined where nothing is to be done */
async function confirmed(
  source: DeleteSource,
  { ignoreNotFound }: DeleteOptions,
  { io }: CommandContext,
): Promise<DeleteSource | undefined> {
  const shown: DeleteTarget[] = [];
  const errors: KctlError[] = [];
  for await (const item of source()) {
    if (!(item instanceof KctlError)) shown.push(item);
    else if (!(ignoreNotFound && isApiError(item, 'NotFound'))) errors.push(item);
  }
  throwCollected(errors);
  if (shown.length === 0) {
    io.stdout.write('No resources found\n');
    return undefined;
  }
  if (!(await confirm(shown, io))) {
    io.stdout.write('deletion is cancelled\n');
    return undefined;
  }
  return async function* () {
    yield* shown;
  };
}

/**
 * Deletes object by object, and waits for those that went where nothing failed.
 * @throws ApiStatusError, KctlError, ErrorList
 */
export async function deleteObjects(
  source: DeleteSource,
  options: DeleteOptions,
  cluster: Cluster,
  { io, signal }: CommandContext,
): Promise<void> {
  let warnsOfScope = cluster.namespaceExplicit && !options.allNamespaces;
  let found = 0;
  const errors: unknown[] = [];
  const deleted: DeleteTarget[] = [];
  for await (const target of source()) {
    try {
      if (target instanceof KctlError) throw target;
      found++;
      if (warnsOfScope && !target.resource.namespaced) {
        warn('deleting cluster-scoped resources, not scoped to the provided namespace', io);
        warnsOfScope = false;
      }
      const uid = options.dryRun === 'client' ? undefined : await deleteOne(target, options, cluster, signal);
      io.stdout.write(resultLine(target, options));
      deleted.push({ ...target, ...(uid !== undefined && { uid }) });
    } catch (error) {
      if (options.ignoreNotFound && isApiError(error, 'NotFound')) continue;
      const source = target instanceof KctlError ? undefined : target.source;
      errors.push(source === undefined ? error : addSource('deleting', source, error));
    }
  }
  throwCollected(errors);
  if (found === 0) io.stdout.write('No resources found\n');
  else if (options.wait) await waitUntilGone(deleted, options.timeout, cluster, signal, io.progress);
}

/** @returns the uid of the object that is now going away, where the server says it */
async function deleteOne(
  { resource, name, namespace, chosenUid }: DeleteTarget,
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
    ...(chosenUid !== undefined && { preconditions: { uid: chosenUid } }),
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

function resultLine({ resource, name }: DeleteTarget, { output, gracePeriod, dryRun }: DeleteOptions): string {
  if (output === 'name') return `${kindName(resource)}/${name}\n`;
  const operation = gracePeriod === 0 ? 'force deleted' : 'deleted';
  return `${kindName(resource)} "${name}" ${operation}${dryRunSuffix(dryRun)}\n`;
}
