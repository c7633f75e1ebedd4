import type { KubeObject, ManagedFieldsEntry } from '../../api/meta.ts';
import { counted, type Finding, someOf } from './finding.ts';
import type { GoingObject, Selected } from './going.ts';

/** Finalizers of Kubernetes itself, by what they wait for. */
const known: Readonly<Record<string, string>> = {
  'kubernetes.io/pvc-protection': 'until no pod uses it',
  'kubernetes.io/pv-protection': 'until its claim is gone',
  'external-provisioner.volume.kubernetes.io/finalizer': 'until its storage is deleted by the provisioner',
  'service.kubernetes.io/load-balancer-cleanup': 'until its load balancer is taken down by the cloud controller',
  'batch.kubernetes.io/job-tracking': 'until its job has counted it',
  foregroundDeletion: 'until what it owns is gone',
  orphan: 'until what it owns has been let go',
  'customresourcecleanup.apiextensions.k8s.io': 'until all objects of the type are gone',
};

/** What holds objects that are to go, and whether somebody is there to let them go. */
export function finalizerFindings(
  selected: readonly Selected[],
  going: ReadonlyMap<string, GoingObject>,
  pods: readonly KubeObject[],
): Finding[] {
  const whole = new Map(selected.map(({ object }) => [object.metadata.uid, object]));
  const held = Map.groupBy(
    [...going].flatMap(([uid, { resource, metadata }]) =>
      (metadata.finalizers ?? []).map((finalizer) => ({
        finalizer,
        uid,
        name: `${resource.singular || resource.plural}/${metadata.name}`,
      })),
    ),
    ({ finalizer }) => finalizer,
  );
  return [...held].map(([finalizer, objects]) => {
    const names =
      objects.length > 4
        ? counted(objects.length, 'object')
        : someOf(
            objects.map(({ name }) => name),
            4,
          );
    const text = `finalizer ${finalizer} holds ${names}`;
    if (Object.hasOwn(known, finalizer)) return { level: 'note', text: `${text} ${known[finalizer]}` };
    const manager = objects.map(({ uid }) => managerOf(finalizer, whole.get(uid))).find(Boolean);
    return manager === undefined
      ? {
          level: 'warn',
          text: `${text}: who removes it is not known; without its controller the deletion does not end`,
        }
      : { level: 'warn', text: `${text}: ${manager} set it, ${lifeOf(manager, pods)}` };
  });
}

/** Who wrote a finalizer into an object, by its managed fields. */
function managerOf(finalizer: string, object: KubeObject | undefined): string | undefined {
  const entry = object?.metadata.managedFields?.find(({ fieldsV1 }: ManagedFieldsEntry) => {
    const metadata = fieldsV1?.['f:metadata'] as { 'f:finalizers'?: object } | undefined;
    return Object.hasOwn(metadata?.['f:finalizers'] ?? {}, `v:"${finalizer}"`);
  });
  return entry?.manager;
}

/** A controller's pods usually bear its name; a tool at a terminal leaves nobody behind. */
function lifeOf(manager: string, pods: readonly KubeObject[]): string {
  if (/^(kubectl|kctl|helm|Mozilla|curl)/.test(manager))
    return 'a tool and no controller: it has to be removed by hand';
  const own = pods.filter(({ metadata }) => metadata.name?.includes(manager));
  const alive = own.find(({ status }) => status?.phase === 'Running');
  if (alive) return `of which pod ${alive.metadata.namespace}/${alive.metadata.name} runs`;
  return own.length > 0
    ? 'none of whose pods runs: the deletion may not end'
    : 'of which no pod is to be seen here: the deletion may not end';
}
