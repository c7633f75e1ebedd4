import { lastAppliedAnnotation } from '../../api/changes/last-applied-annotation.ts';
import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext } from '../command.ts';
import { addSource } from '../shared/errors.ts';
import { pruneNulls, withLastApplied } from '../shared/last-applied.ts';
import type { Manifest } from '../shared/manifests.ts';
import { describeTarget } from '../shared/names.ts';
import { postObject } from '../shared/post-object.ts';
import { untilGone } from '../shared/until-gone.ts';
import { writeQuery } from '../shared/write-flags.ts';
import type { Applied, ApplyOptions } from './options.ts';
import { PatchFailure, patchLive } from './patcher.ts';

/** Client-side apply: creates what is absent, else patches what is there. */
export async function applyInClient(
  manifest: Manifest,
  options: ApplyOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<Applied> {
  const live = await currentObject(manifest, cluster, context.signal);
  if (!live) return create(manifest, options, cluster, context.signal);
  if (options.dryRun === 'client') return { object: live, operation: 'configured' };
  warnAboutAnnotation(manifest, live, context);
  return patch(manifest, live, options, cluster, context);
}

async function currentObject(
  { object, resource, source }: Manifest,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  try {
    if (!object.metadata.name) throw new KctlError('input', 'resource name may not be empty');
    const path = resourcePath(resource, object.metadata);
    return await cluster.transport.json<KubeObject>({ method: 'GET', path, signal });
  } catch (error) {
    if (isApiError(error, 'NotFound')) return undefined;
    const doing = `retrieving current configuration of:\n${describeTarget(resource, object)}\nfrom server for:`;
    throw addSource(doing, source, error);
  }
}

async function create(
  { object, resource, source }: Manifest,
  options: ApplyOptions,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Applied> {
  const body = pruneNulls(withLastApplied(object));
  if (options.dryRun === 'client') return { object: body, operation: 'created' };
  try {
    const created = await postObject(cluster, resource, body, writeQuery(options), signal);
    return { object: created, operation: 'created' };
  } catch (error) {
    throw addSource('creating', source, error);
  }
}

function warnAboutAnnotation({ resource, object }: Manifest, live: KubeObject, { io, tool }: CommandContext): void {
  if (live.metadata.annotations?.[lastAppliedAnnotation] !== undefined) return;
  io.stderr.write(
    `Warning: resource ${resource.plural}/${object.metadata.name} is missing the ${lastAppliedAnnotation} annotation which is required by ${tool} apply. ${tool} apply should only be used on resources created declaratively by either ${tool} create --save-config or ${tool} apply. The missing annotation will be patched automatically.\n`,
  );
}

/** Said of an object that is about to go all the same. */
export function warnIfDeleting({ metadata }: KubeObject, { stderr }: CommandContext['io']): void {
  if (metadata.deletionTimestamp === undefined) return;
  stderr.write(`Warning: Detected changes to resource ${metadata.name} which is currently being deleted.\n`);
}

async function patch(
  manifest: Manifest,
  live: KubeObject,
  options: ApplyOptions,
  cluster: Cluster,
  { io, signal }: CommandContext,
): Promise<Applied> {
  const { resource, source, object } = manifest;
  const query = writeQuery(options);
  try {
    const { object: patched, body } = await patchLive(live, {
      manifest,
      cluster,
      query,
      signal,
      overwrite: options.overwrite,
      warn: (text) => io.stderr.write(text),
      ...(options.force && {
        replace: (old, wanted) => replaceObject(manifest, old, wanted, options, cluster, signal),
      }),
    });
    warnIfDeleting(patched, io);
    return { object: patched, operation: body === '{}' ? 'unchanged' : 'configured' };
  } catch (error) {
    if (!(error instanceof PatchFailure)) throw error;
    const target = describeTarget(resource, object);
    throw addSource(`applying patch:\n${error.body}\nto:\n${target}\nfor:`, source, error.cause);
  }
}

/**
 * `--force`: deletes what is in the way, waits until it is gone, and creates what is wanted.
 * Where that fails, what was there is put back; the failure is told all the same.
 */
async function replaceObject(
  { resource }: Manifest,
  old: KubeObject,
  wanted: KubeObject,
  options: ApplyOptions,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<KubeObject> {
  const path = resourcePath(resource, old.metadata);
  const { gracePeriod, propagationPolicy } = options;
  const body = JSON.stringify({
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy,
    ...(gracePeriod >= 0 && { gracePeriodSeconds: gracePeriod }),
  });
  await cluster.transport.json({ method: 'DELETE', path, contentType: 'application/json', body, signal });
  await untilGone(path, options.timeout > 0 ? options.timeout : Number.POSITIVE_INFINITY, cluster, signal);
  const query = writeQuery(options);
  try {
    return await postObject(cluster, resource, wanted, query, signal);
  } catch (error) {
    const { resourceVersion: _, ...metadata } = old.metadata;
    try {
      // Also after an interruption: what was deleted here comes back.
      await postObject(cluster, resource, { ...old, metadata }, query, new AbortController().signal);
    } catch (second) {
      const [first, restoring] = [error, second].map((one) => (one as Error).message);
      throw new KctlError(
        'api',
        `An error occurred force-replacing the existing object with the newly provided one:\n\n${first}.\n\nAdditionally, an error occurred attempting to restore the original object:\n\n${restoring}`,
        { cause: error },
      );
    }
    throw error;
  }
}
