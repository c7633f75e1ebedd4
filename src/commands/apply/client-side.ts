import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { ApiStatusError, isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { toCompactJson } from '../../lib/json.ts';
import { threeWayMergePatch } from '../../lib/patch/merge-patch.ts';
import type { CommandContext } from '../command.ts';
import { addSource } from '../shared/errors.ts';
import { lastApplied, lastAppliedAnnotation, pruneNulls, withLastApplied } from '../shared/last-applied.ts';
import type { Manifest } from '../shared/manifests.ts';
import { describeTarget } from '../shared/names.ts';
import { postObject } from '../shared/post-object.ts';
import { writeQuery } from '../shared/write-flags.ts';
import type { Applied, ApplyOptions } from './options.ts';

/** How often a patch is made anew where someone else changed the object in between. */
const maxConflicts = 5;

/**
 * Client-side apply: creates what is absent, else sends the difference of three versions: what was
 * applied last (an annotation), what the manifest says, and what is live.
 */
export async function applyInClient(
  manifest: Manifest,
  options: ApplyOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<Applied> {
  const live = await currentObject(manifest, cluster, context.signal);
  if (!live) return create(manifest, options, cluster, context.signal);
  if (options.dryRun === 'client') return { object: manifest.object, operation: 'configured' };
  warnAboutLive(manifest, live, context);
  return patch(manifest, live, options, cluster, context.signal);
}

async function currentObject(
  { object, resource, source }: Manifest,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  if (!object.metadata.name) throw missingName(source);
  try {
    const path = resourcePath(resource, object.metadata);
    return await cluster.transport.json<KubeObject>({ method: 'GET', path, signal });
  } catch (error) {
    if (isApiError(error, 'NotFound')) return undefined;
    throw addSource(
      `retrieving current configuration of:\n${describeTarget(resource, object)}\nfrom server for:`,
      source,
      error,
    );
  }
}

function missingName(source: string): KctlError {
  return new KctlError(
    'input',
    `error when retrieving current configuration from "${source}": resource name may not be empty`,
  );
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

function warnAboutLive({ resource, object }: Manifest, live: KubeObject, { io, tool }: CommandContext): void {
  const name = `${resource.plural}/${object.metadata.name}`;
  if (live.metadata.annotations?.[lastAppliedAnnotation] === undefined) {
    io.stderr.write(
      `Warning: resource ${name} is missing the ${lastAppliedAnnotation} annotation which is required by ${tool} apply. ${tool} apply should only be used on resources created declaratively by either ${tool} create --save-config or ${tool} apply. The missing annotation will be patched automatically.\n`,
    );
  }
  if (live.metadata.deletionTimestamp !== undefined) {
    io.stderr.write(
      `Warning: Detected changes to resource ${object.metadata.name} which is currently being deleted.\n`,
    );
  }
}

async function patch(
  manifest: Manifest,
  live: KubeObject,
  options: ApplyOptions,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Applied> {
  const { object, resource, source } = manifest;
  const path = resourcePath(resource, object.metadata);
  for (let attempt = 1; ; attempt++) {
    const { body, contentType } = await makePatch(object, live);
    if (body === '{}') return { object: live, operation: 'unchanged' };
    try {
      const query = writeQuery(options);
      const request = { method: 'PATCH', path, query, contentType, body, signal } as const;
      const patched = await cluster.transport.json<KubeObject>(request);
      return { object: patched, operation: 'configured' };
    } catch (error) {
      if (isApiError(error, 'Conflict') && attempt < maxConflicts) {
        live = (await currentObject(manifest, cluster, signal)) ?? live;
        continue;
      }
      const inner = error instanceof ApiStatusError ? addSource('patching', source, error) : error;
      throw addSource(`applying patch:\n${body}\nto:\n${describeTarget(resource, object)}\nfor:`, source, inner);
    }
  }
}

/** Built-in kinds merge their lists by key; of custom kinds nothing but the plain merge is known. */
async function makePatch(object: KubeObject, live: KubeObject): Promise<{ body: string; contentType: string }> {
  const original = lastApplied(live) ?? {};
  const modified = withLastApplied(object);
  const [{ typeSchema }, { threeWayStrategicPatch }] = await Promise.all([
    import('../../api/schema.ts'),
    import('../../api/strategic-merge.ts'),
  ]);
  const { apiVersion, kind } = object;
  if (typeSchema(apiVersion, kind)) {
    const changes = threeWayStrategicPatch(original, modified, live, apiVersion, kind);
    return { body: toCompactJson(changes), contentType: 'application/strategic-merge-patch+json' };
  }
  const changes = threeWayMergePatch(original, modified, live);
  return { body: toCompactJson(changes), contentType: 'application/merge-patch+json' };
}
