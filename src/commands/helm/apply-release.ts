import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf, resourcePath } from '../../api/resource.ts';
import { ApiStatusError, isApiError } from '../../api/status.ts';
import type { ApiRequest, Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { inOrder } from '../../lib/in-order.ts';
import { toCompactJson } from '../../lib/json.ts';
import { createMergePatch, threeWayMergePatch } from '../../lib/patch/merge-patch.ts';
import { withoutClientSide } from '../apply/migrate.ts';
import { objectName } from '../shared/names.ts';
import { identityOf, isKept, type ReleaseObject } from './release-objects.ts';
import { helmManager } from './releases.ts';

/** One object of the revision that is wanted, beside what is there. */
export interface ApplyStep {
  target: ReleaseObject;
  /** Undefined: it has to be made. */
  live: KubeObject | undefined;
  /** What the revision before says of it: fields that only it has go. Undefined: it left the release before that. */
  original: KubeObject | undefined;
}

export interface ReleasePlan {
  steps: ApplyStep[];
  /** What only the current revision has, and is there. */
  removals: { object: ReleaseObject; live: KubeObject }[];
  /** What only the current revision has and is to stay. */
  kept: ReleaseObject[];
}

export interface ApplyManner {
  cluster: Cluster;
  signal: AbortSignal;
  /** By the server, as the release was applied before (helm 4); else by helm 3's three-way merge. */
  serverSide: boolean;
  /** Server-side apply takes fields over that others own. */
  forceConflicts: boolean;
  dryRun: boolean;
}

const annotations = { name: 'meta.helm.sh/release-name', namespace: 'meta.helm.sh/release-namespace' };

/** The object with what says whose it is: helm writes that on everything that it applies. */
function ofRelease({ object, resource }: ReleaseObject, name: string, namespace: string): ReleaseObject {
  const { metadata } = object;
  const labels = { ...metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' };
  const own = { ...metadata.annotations, [annotations.name]: name, [annotations.namespace]: namespace };
  return { resource, object: { ...object, metadata: { ...metadata, labels, annotations: own } } };
}

/**
 * Looks at what is there and says how to get from one revision to the other. Nothing is changed.
 * @throws KctlError `conflict` for an object of somebody else that is in the way
 */
export async function planRelease(
  release: { name: string; namespace: string },
  current: readonly ReleaseObject[],
  wanted: readonly ReleaseObject[],
  cluster: Cluster,
  signal: AbortSignal,
): Promise<ReleasePlan> {
  const before = new Map(current.map((one) => [identityOf(one), one]));
  const after = new Set(wanted.map(identityOf));
  const gone = current.filter((one) => !after.has(identityOf(one)));
  const live = await readLive([...wanted, ...gone], cluster, signal);
  const steps = wanted.map((one, index): ApplyStep => {
    const target = ofRelease(one, release.name, release.namespace);
    const original = before.get(identityOf(one))?.object;
    if (live[index] && !original) requireOwn(one, live[index], release);
    return { target, live: live[index], original };
  });
  const there = gone.flatMap((object, index) => {
    const found = live[wanted.length + index];
    return found ? [{ object, live: found }] : [];
  });
  const [kept, removals] = [there.filter((one) => isKept(one.live)), there.filter((one) => !isKept(one.live))];
  return { steps, removals, kept: kept.map(({ object }) => object) };
}

/** What an earlier revision left behind may be taken over again, as an upgrade of helm does it; nothing else. */
function requireOwn(
  { object, resource }: ReleaseObject,
  live: KubeObject,
  release: { name: string; namespace: string },
) {
  const { [annotations.name]: name, [annotations.namespace]: namespace } = live.metadata.annotations ?? {};
  if (name === release.name && namespace === release.namespace) return;
  const whose = name === undefined ? 'it is of no release' : `it is of release ${namespace}/${name}`;
  throw new KctlError(
    'conflict',
    `${objectName(resource, object)} is there already, and ${whose}: nothing was changed`,
  );
}

async function readLive(
  objects: readonly ReleaseObject[],
  { transport }: Cluster,
  signal: AbortSignal,
): Promise<(KubeObject | undefined)[]> {
  const read = ({ resource, object: { metadata } }: ReleaseObject) =>
    transport.json<KubeObject>({ method: 'GET', path: resourcePath(resource, metadata), signal });
  const live: (KubeObject | undefined)[] = [];
  for await (const answer of inOrder(objects, 8, read)) {
    if (answer.status === 'fulfilled') live.push(answer.value);
    else if (isApiError(answer.reason, 'NotFound')) live.push(undefined);
    else throw answer.reason;
  }
  return live;
}

/** Makes one object as the wanted revision says. @returns what the server made of it, and in a word what happened */
export async function applyStep(
  { target, live, original }: ApplyStep,
  manner: ApplyManner,
): Promise<{ object: KubeObject; operation: 'created' | 'configured' | 'unchanged' }> {
  const { resource, object } = target;
  const send = (request: Pick<ApiRequest, 'method' | 'path' | 'contentType'>, body: unknown, query = {}) =>
    manner.cluster.transport.json<KubeObject>({
      ...request,
      query: { fieldManager: helmManager, dryRun: manner.dryRun ? 'All' : undefined, ...query },
      ...{ body: toCompactJson(body), signal: manner.signal },
    });
  if (!live) {
    const path = resourcePath(resource, { namespace: object.metadata.namespace });
    return {
      object: await send({ method: 'POST', path, contentType: 'application/json' }, object),
      operation: 'created',
    };
  }
  const path = resourcePath(resource, object.metadata);
  if (manner.serverSide) {
    await takeOver(live, path, manner);
    const query = { force: manner.forceConflicts, fieldValidation: 'Strict' };
    try {
      const applied = await send({ method: 'PATCH', path, contentType: 'application/apply-patch+yaml' }, object, query);
      const same = applied.metadata.resourceVersion === live.metadata.resourceVersion;
      return { object: applied, operation: same ? 'unchanged' : 'configured' };
    } catch (error) {
      if (!isApiError(error, 'Conflict')) throw error;
      throw new KctlError('api', `${objectName(resource, object)}: ${error.message}`, {
        cause: error,
        hint: '--force-conflicts takes these fields over.',
      });
    }
  }
  const { patch, contentType } = await clientPatch(target, live, original);
  if (Object.keys(patch).length === 0) return { object: live, operation: 'unchanged' };
  return { object: await send({ method: 'PATCH', path, contentType }, patch), operation: 'configured' };
}

/** Built-in kinds merge three ways; of all others, and of definitions, only what the two manifests differ in is sent. */
async function clientPatch({ resource, object }: ReleaseObject, live: KubeObject, original: KubeObject | undefined) {
  const [{ typeSchema }, { threeWayStrategicPatch }] = await Promise.all([
    import('../../api/schema.ts'),
    import('../../api/strategic-merge.ts'),
  ]);
  const { apiVersion, kind } = object;
  if (resource.kind === 'CustomResourceDefinition' || !typeSchema(apiVersion, kind)) {
    const patch = original ? createMergePatch(original, object) : threeWayMergePatch(object, object, live);
    return { patch, contentType: 'application/merge-patch+json' };
  }
  const patch = threeWayStrategicPatch(original ?? object, object, live, apiVersion, kind);
  return { patch, contentType: 'application/strategic-merge-patch+json' };
}

/** Fields that helm wrote while it still applied by itself become those of its server-side apply (client-go, csaupgrade). */
async function takeOver(live: KubeObject, path: string, { cluster, signal, dryRun }: ApplyManner): Promise<void> {
  const fields = withoutClientSide(live.metadata.managedFields ?? [], [helmManager], helmManager);
  if (!fields || dryRun) return;
  const patch = [
    { op: 'replace', path: '/metadata/managedFields', value: fields },
    { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
  ];
  await cluster.transport.json({
    ...{ method: 'PATCH', path, query: { fieldManager: helmManager }, signal },
    ...{ contentType: 'application/json-patch+json', body: toCompactJson(patch) },
  });
}

/** Deletes what was looked at, and nothing else of its name. @returns false where it was gone already */
export async function removeObject(
  { object, resource }: ReleaseObject,
  uid: string | undefined,
  policy: string,
  { transport }: Pick<Cluster, 'transport'>,
  signal: AbortSignal,
): Promise<boolean> {
  const options = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: policy };
  try {
    await transport.json({
      ...{ method: 'DELETE', path: resourcePath(resource, object.metadata), contentType: 'application/json', signal },
      body: JSON.stringify({ ...options, ...(uid !== undefined && { preconditions: { uid } }) }),
    });
    return true;
  } catch (error) {
    if (isApiError(error, 'NotFound')) return false;
    throw error;
  }
}

/** The failure with the object that it is about. */
export function aboutObject({ object, resource }: ReleaseObject, error: unknown): unknown {
  if (!(error instanceof ApiStatusError)) return error;
  return new KctlError('api', `${objectName(resource, object)} (${apiVersionOf(resource)}): ${error.message}`, {
    cause: error,
  });
}
