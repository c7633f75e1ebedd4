import { setTimeout as delay } from 'node:timers/promises';
import { lastAppliedAnnotation } from '../../api/changes/last-applied-annotation.ts';
import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { parseExactJson } from '../../lib/exact-json.ts';
import { toCompactJson } from '../../lib/json.ts';
import { threeWayMergePatch } from '../../lib/patch/merge-patch.ts';
import { addSource } from '../shared/errors.ts';
import { withLastApplied } from '../shared/last-applied.ts';
import type { Manifest } from '../shared/manifests.ts';

/** How often a patch is made anew where someone else changed the object in between. */
const maxConflicts = 5;
const conflictPause = 1000;

export interface PatchRequest {
  manifest: Manifest;
  cluster: Cluster;
  query: Record<string, string | undefined>;
  /** False: a field that somebody else has changed too is not touched, and the patch fails. */
  overwrite: boolean;
  signal: AbortSignal;
  /** Where remarks on the patch go. */
  warn(text: string): void;
  /** The manifest's text goes into the annotation; default true. */
  annotate?: boolean;
  /** The patch holds for this version of the live object only. */
  locked?: boolean;
  /** What to do where the patch conflicts or is invalid for good; without it that is the failure. */
  replace?(live: KubeObject, modified: KubeObject): Promise<KubeObject>;
}

export interface Patched {
  object: KubeObject;
  /** What was sent; `{}` where nothing was to be done. */
  body: string;
}

/** A failure with the patch that was to be sent. */
export class PatchFailure extends Error {
  readonly body: string;
  override readonly cause: unknown;

  constructor(body: string, cause: unknown) {
    super('the patch failed');
    this.body = body;
    this.cause = cause;
  }
}

/**
 * Client-side apply on an object that is there: sends the difference of three versions: what was applied
 * last (an annotation), what the manifest says, and what is live. A conflict is tried again on what is live by then.
 * @throws PatchFailure
 */
export async function patchLive(live: KubeObject, request: PatchRequest): Promise<Patched> {
  const { manifest, signal, replace } = request;
  const modified = modifiedObject(manifest.object, request.annotate ?? true);
  let current = live;
  for (let attempt = 0; ; attempt++) {
    let body = '';
    try {
      const patch = await makePatch(modified, current, request);
      body = patch.body;
      if (body === '{}') return { object: current, body };
      return { object: await sendPatch(current, patch, request), body };
    } catch (error) {
      const conflicts = isApiError(error, 'Conflict');
      if (conflicts && !request.locked && attempt < maxConflicts) {
        if (attempt > 0) await delay(conflictPause, undefined, { signal });
        current = await getLive(request, body);
        continue;
      }
      if (!replace || !(conflicts || isApiError(error, 'Invalid'))) {
        throw new PatchFailure(body, addSource('patching', manifest.source, error));
      }
      const whole = toCompactJson(modified);
      try {
        return { object: await replace(current, modified), body: whole };
      } catch (failure) {
        throw new PatchFailure(whole, failure);
      }
    }
  }
}

function modifiedObject(object: KubeObject, annotate: boolean): KubeObject {
  if (annotate) return withLastApplied(object);
  const bare = structuredClone(object);
  const { [lastAppliedAnnotation]: _, ...annotations } = bare.metadata.annotations ?? {};
  // Also where there is none: its absence would take away those of the live object.
  bare.metadata.annotations = annotations;
  return bare;
}

async function getLive({ manifest, cluster, signal }: PatchRequest, body: string): Promise<KubeObject> {
  const path = resourcePath(manifest.resource, manifest.object.metadata);
  try {
    return await cluster.transport.json<KubeObject>({ method: 'GET', path, signal });
  } catch (error) {
    throw new PatchFailure(body, error);
  }
}

interface Patch {
  body: string;
  contentType: string;
}

function sendPatch(
  { metadata }: KubeObject,
  { body, contentType }: Patch,
  { manifest: { resource, object }, cluster, query, signal, locked }: PatchRequest,
): Promise<KubeObject> {
  const path = resourcePath(resource, object.metadata);
  const { resourceVersion } = metadata;
  const sent = locked ? lockedPatch(body, resourceVersion) : body;
  return cluster.transport.json<KubeObject>({ method: 'PATCH', path, query, contentType, body: sent, signal });
}

function lockedPatch(body: string, resourceVersion: string | undefined): string {
  const patch = parseExactJson(body) as KubeObject;
  return toCompactJson({ ...patch, metadata: { ...patch.metadata, resourceVersion } });
}

/** Built-in kinds merge their lists by key; of custom kinds nothing but the plain merge is known. */
async function makePatch(modified: KubeObject, live: KubeObject, request: PatchRequest): Promise<Patch> {
  const [{ typeSchema }, { threeWayStrategicPatch }] = await Promise.all([
    import('../../api/schema.ts'),
    import('../../api/strategic-merge.ts'),
  ]);
  const { apiVersion, kind } = modified;
  const text = live.metadata.annotations?.[lastAppliedAnnotation];
  const original = readOriginal(text, modified, live);
  if (typeSchema(apiVersion, kind)) {
    const changes = threeWayStrategicPatch(original, modified, live, apiVersion, kind);
    if (!request.overwrite) await refuseConflicts({ changes, original, modified, live, text }, request);
    return { body: toCompactJson(changes), contentType: 'application/strategic-merge-patch+json' };
  }
  const changes = threeWayMergePatch(original, modified, live);
  const identity = ['apiVersion', 'kind'].some((name) => name in changes);
  if (identity || 'name' in ((changes.metadata ?? {}) as object)) {
    throw new KctlError(
      'input',
      withTexts('At least one of apiVersion, kind and name was changed', text, modified, live),
    );
  }
  return { body: toCompactJson(changes), contentType: 'application/merge-patch+json' };
}

function readOriginal(text: string | undefined, modified: KubeObject, live: KubeObject): Record<string, unknown> {
  if (text === undefined || text === '') return {};
  try {
    return parseExactJson(text) as Record<string, unknown>;
  } catch (error) {
    throw new KctlError('input', withTexts('invalid JSON document', text, modified, live), { cause: error });
  }
}

function withTexts(reason: string, original: string | undefined, modified: KubeObject, live: KubeObject): string {
  const texts = `original:\n${original ?? ''}\nmodified:\n${toCompactJson(modified)}\n\ncurrent:\n${toCompactJson(live)}\n`;
  return `creating patch with:\n${texts}\nfor:: ${reason}`;
}

interface Versions {
  changes: Record<string, unknown>;
  original: Record<string, unknown>;
  modified: KubeObject;
  live: KubeObject;
  text: string | undefined;
}

/** `--overwrite=false`. @throws KctlError where the patch and what was changed since meet */
async function refuseConflicts(
  { changes, original, modified, live, text }: Versions,
  { warn }: PatchRequest,
): Promise<void> {
  const [{ threeWayStrategicPatch }, { patchesConflict }, { toYaml }] = await Promise.all([
    import('../../api/strategic-merge.ts'),
    import('../../api/strategic-merge/conflicts.ts'),
    import('../../lib/yaml/write.ts'),
  ]);
  const { apiVersion, kind } = modified;
  const since = threeWayStrategicPatch(original, live, original, apiVersion, kind);
  if (!patchesConflict(changes, since, apiVersion, kind)) return;
  const reason = `patch:\n${toYaml(changes)}\nconflicts with changes made from original to current:\n${toYaml(since)}\n`;
  warn(`warning: error calculating patch from openapi v3 spec: ${reason}\n`);
  warn(`warning: error calculating patch from openapi spec: ${reason}\n`);
  throw new KctlError('input', withTexts(reason, text, modified, live));
}
