import type { FaultSpec } from '../../api/control/faults.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Lister } from '../client.ts';
import { keyOf } from '../controllers/controller.ts';
import { badRequest, notFound } from '../errors.ts';
import type { Catalog, ServedResource } from '../registry/catalog.ts';

/** Ends one running container of a pod as if its process had ended by itself; false where it does not run. */
export type CrashNow = (podKey: string, container: string, end: { exitCode: number; reason?: string }) => boolean;

const OOM_CODE = 137;

/** By plural, `plural.group`, singular or short name. */
function resourceNamed(catalog: Catalog, name: string): ServedResource | undefined {
  const wanted = name.toLowerCase();
  return catalog
    .all()
    .find(
      ({ plural, singular, shortNames, group }) =>
        [plural, singular, ...shortNames].includes(wanted) || (group !== '' && `${plural}.${group}` === wanted),
    );
}

/**
 * Ends the containers of what `spec.target` names: of a pod, or of all pods that somebody controls.
 * @returns how many containers ended
 * @throws ApiStatusError 404 where there is no such object, 400 where no pod of it has such a container
 */
export function crashTarget(spec: FaultSpec, world: { lister: Lister; catalog: Catalog; crashNow: CrashNow }): number {
  const { lister, catalog, crashNow } = world;
  const target = spec.target!;
  const resource = resourceNamed(catalog, target.resource);
  if (!resource) throw badRequest(`the server doesn't have a resource type "${target.resource}"`);
  const namespace = resource.namespaced ? target.namespace : undefined;
  const object = lister.get(resource.storage, namespace, target.name);
  if (!object) throw notFound(resource, target.name);
  const pods = resource.storage === 'pods' ? [object] : podsOf(lister, object);
  const names = ({ spec: of }: KubeObject): string[] =>
    [...(of.initContainers ?? []), ...of.containers, ...(of.ephemeralContainers ?? [])].map(({ name }) => name);
  const { container } = spec;
  if (container !== undefined && pods.length > 0 && !pods.some((pod) => names(pod).includes(container))) {
    throw badRequest(`container ${container} is not valid for ${resource.singular} ${target.name}`);
  }
  const end = spec.oom ? { exitCode: OOM_CODE, reason: 'OOMKilled' } : { exitCode: spec.exitCode ?? 1 };
  let count = 0;
  for (const pod of pods) {
    const meant =
      container === undefined ? (pod.spec.containers as { name: string }[]).map(({ name }) => name) : [container];
    for (const name of meant) if (crashNow(keyOf(pod), name, end)) count++;
  }
  return count;
}

/** Pods that the object controls, itself or by what it controls (a Deployment by ReplicaSets, a CronJob by Jobs). */
function podsOf(lister: Lister, { metadata }: KubeObject): KubeObject[] {
  const uid = metadata.uid!;
  const between = ['replicasets.apps', 'jobs.batch'].flatMap((resource) =>
    lister.controlledBy<KubeObject>(resource, uid),
  );
  return [uid, ...between.map((one) => one.metadata.uid!)].flatMap((owner) => [
    ...lister.controlledBy<KubeObject>('pods', owner),
  ]);
}
