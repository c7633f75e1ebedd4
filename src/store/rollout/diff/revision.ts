import type { KubeObject } from '../../../api/meta.ts';
import {
  CHANGE_CAUSE_ANNOTATION,
  isControlledBy,
  newReplicaSet,
  type PodTemplate,
  revisionNumber,
} from '../revisions.ts';

/** One revision of a workload. */
export interface RevisionRecord {
  revision: number;
  /** '' where none was noted. */
  changeCause: string;
  template: PodTemplate;
  /** The ReplicaSet or ControllerRevision that keeps it. */
  keeper: KubeObject;
}

/**
 * The revisions of a workload, lowest number first.
 * @param keepers ReplicaSets or ControllerRevisions, also those of others
 */
export function revisionsOf(workload: KubeObject, keepers: readonly KubeObject[]): RevisionRecord[] {
  const kind = workload.kind === 'Deployment' ? 'ReplicaSet' : 'ControllerRevision';
  return keepers
    .map((item) => ({ ...item, kind, apiVersion: 'apps/v1' }))
    .filter((item) => isControlledBy(item, workload))
    .flatMap((item) => {
      const revision = revisionNumber(item);
      return revision === undefined ? [] : [record(item, revision)];
    })
    .sort((a, b) => a.revision - b.revision);
}

function record(keeper: KubeObject, revision: number): RevisionRecord {
  const changeCause = keeper.metadata.annotations?.[CHANGE_CAUSE_ANNOTATION] ?? '';
  const template: PodTemplate =
    (keeper.kind === 'ReplicaSet' ? keeper.spec?.template : withoutDirectives(keeper.data?.spec?.template)) ?? {};
  return { revision, changeCause, template, keeper };
}

/** The stored template is a strategic patch; `$patch: replace` belongs to the patch and not to the template. */
function withoutDirectives(template: Record<string, unknown> | undefined): PodTemplate {
  const { $patch, ...rest } = template ?? {};
  return rest;
}

/** The revision that the workload is to run now; undefined where its controller has not made it yet. */
export function currentRevision(workload: KubeObject, history: readonly RevisionRecord[]): RevisionRecord | undefined {
  if (workload.kind === 'Deployment') {
    const set = newReplicaSet(
      workload,
      history.map(({ keeper }) => keeper),
    );
    return history.find(({ keeper }) => keeper === set);
  }
  const { updateRevision } = workload.status ?? {};
  return history.find(({ keeper }) => keeper.metadata.name === updateRevision) ?? history.at(-1);
}
