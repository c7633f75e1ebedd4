import { fieldDifferences } from '../../../api/changes/field-diff.ts';
import type { KubeObject } from '../../../api/meta.ts';
import { groupResource } from '../../../api/resource.ts';
import { KctlError } from '../../../lib/errors.ts';
import type { DashboardServices } from '../../services.ts';
import type { ObjectRef } from '../view.ts';

/** What a workload's pods were made from in one of its revisions. */
export interface Revision {
  number: number;
  /** The replica set or controller revision that keeps it. */
  name: string;
  /** The workload with the template of this revision, and all else as it is now. */
  object: KubeObject;
}

const keptBy: Readonly<Record<string, string>> = {
  'deployments.apps': 'replicasets.apps',
  'statefulsets.apps': 'controllerrevisions.apps',
  'daemonsets.apps': 'controllerrevisions.apps',
};

/** What the controller adds to the template by itself. */
const hashLabel = 'pod-template-hash';

function templateOf(keeper: KubeObject): KubeObject | undefined {
  const { $patch: _, ...template } = keeper['data']?.spec?.template ?? keeper['spec']?.template ?? {};
  if (!template.spec) return undefined;
  const { [hashLabel]: __, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

function numberOf({ metadata, revision }: KubeObject): number {
  return Number(revision ?? metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
}

/** The revisions of a workload that its controller keeps, but for the one it is at; none for other kinds, or where they may not be read. */
export async function revisionsOf(
  services: DashboardServices,
  ref: ObjectRef,
  object: KubeObject,
): Promise<Revision[]> {
  const kind = keptBy[groupResource(ref.resource)];
  if (!kind) return [];
  try {
    const resource = await services.cluster.discovery.resolve(kind);
    const keepers = await services.list(resource, ref.namespace ? { namespace: ref.namespace } : {});
    const own = keepers.filter(({ metadata }) =>
      metadata.ownerReferences?.some(({ uid }) => uid === object.metadata.uid),
    );
    return own
      .flatMap((keeper): Revision[] => {
        const template = templateOf(keeper);
        if (!template || fieldDifferences(template, object['spec']?.template).length === 0) return [];
        const then = { ...object, spec: { ...object['spec'], template } };
        return [{ number: numberOf(keeper), name: keeper.metadata.name ?? '', object: then }];
      })
      .sort((a, b) => a.number - b.number);
  } catch (error) {
    if (error instanceof KctlError) return [];
    throw error;
  }
}
