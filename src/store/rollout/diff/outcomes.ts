import type { KubeObject } from '../../../api/meta.ts';
import { rolloutStatusMessage } from '../status.ts';
import type { RevisionRecord } from './revision.ts';

/** How the rollout of a revision ended, as far as anything still tells. */
export interface RevisionOutcome {
  outcome: 'complete' | 'failed' | 'in progress' | 'paused' | 'superseded';
  /** Why it failed, or how far it came; '' where there is nothing to add. */
  detail: string;
  /** Numbers that the revision had before the workload went back to it; `0` where they are not kept. */
  wentBackTo: readonly number[];
}

/** Events of the workload, and warnings about pods of its namespace; a cluster keeps them for an hour or so. */
export interface OutcomeEvidence {
  current: RevisionRecord | undefined;
  events: readonly KubeObject[];
}

/** By revision number. What nothing tells any more is `superseded`: something else came after it. */
export function revisionOutcomes(
  workload: KubeObject,
  history: readonly RevisionRecord[],
  { current, events }: OutcomeEvidence,
): Map<number, RevisionOutcome> {
  const scalings = scalingsOf(workload, events);
  return new Map(
    history.map((record) => {
      const wentBackTo = formerNumbers(record, history);
      const found = record === current ? presentOutcome(workload) : pastOutcome(record, workload, scalings, events);
      return [record.revision, { ...found, wentBackTo }];
    }),
  );
}

type Found = Pick<RevisionOutcome, 'outcome' | 'detail'>;

function presentOutcome(workload: KubeObject): Found {
  const { spec = {}, status = {}, metadata } = workload;
  const isObserved = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  const progressing = status.conditions?.find(({ type }: { type: string }) => type === 'Progressing');
  // A pod that fails later does not undo that all were there once.
  if (isObserved && progressing?.reason === 'NewReplicaSetAvailable') return { outcome: 'complete', detail: '' };
  if (isObserved && progressing?.reason === 'ProgressDeadlineExceeded') {
    return { outcome: 'failed', detail: 'progress deadline exceeded' };
  }
  const detail = `${status.updatedReplicas ?? status.updatedNumberScheduled ?? 0} of ${
    spec.replicas ?? status.desiredNumberScheduled ?? 1
  } pods`;
  if (spec.paused === true) return { outcome: 'paused', detail };
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  // What the partition lets through may be done; the rest waits for somebody to let it go on.
  if (partition > 0 && status.updateRevision !== status.currentRevision) {
    return { outcome: 'paused', detail: `${detail}, partition ${partition}` };
  }
  try {
    if (rolloutStatusMessage(workload).done) return { outcome: 'complete', detail: '' };
  } catch {
    // OnDelete: nobody says when it is done.
  }
  return { outcome: 'in progress', detail };
}

interface Scaling {
  replicaSet: string;
  to: number;
  up: boolean;
  /** ms */
  at: number;
}

const SCALED = /^Scaled (up|down) replica set (\S+)(?: from \d+)? to (\d+)$/;

interface Scalings {
  /** Oldest first. */
  told: Scaling[];
  /** Times (ms) for which one event stands for several, so that what is not told may still have been. */
  blind: (readonly [from: number, to: number])[];
}

/** What the deployment controller did, as events tell it. One that came twice tells of both; of more only the ends. */
function scalingsOf(workload: KubeObject, events: readonly KubeObject[]): Scalings {
  const own = events.filter(
    ({ involvedObject, reason }) => reason === 'ScalingReplicaSet' && involvedObject?.uid === workload.metadata.uid,
  );
  const isCombined = ({ message }: KubeObject) => String(message).startsWith('(combined');
  const first = (event: KubeObject) => Date.parse(event['firstTimestamp'] ?? '') || timeOf(event);
  const told = own
    .filter((event) => !isCombined(event))
    .flatMap((event): Scaling[] => {
      const [, way, replicaSet, to] = SCALED.exec(event['message'] ?? '') ?? [];
      if (replicaSet === undefined) return [];
      const times = (event['count'] ?? 1) > 1 ? [first(event), timeOf(event)] : [timeOf(event)];
      return times.map((at) => ({ replicaSet, to: Number(to), up: way === 'up', at }));
    })
    .sort((a, b) => a.at - b.at);
  const blind = own
    .filter((event) => isCombined(event) || (event['count'] ?? 1) > 2)
    .map((event) => [first(event), timeOf(event)] as const);
  return { told, blind };
}

const timeOf = ({ eventTime, lastTimestamp, firstTimestamp, metadata }: KubeObject): number =>
  Date.parse(lastTimestamp ?? eventTime ?? firstTimestamp ?? metadata.creationTimestamp ?? '');

const failing = new Set(['Failed', 'BackOff', 'FailedScheduling', 'FailedCreate', 'FailedMount', 'Unhealthy']);

/**
 * A rolling update takes the last pod of others away only when enough of its own are available: that says that it came
 * to its end. One that never did, and whose pods had trouble, failed.
 */
function pastOutcome(
  { keeper, revision }: RevisionRecord,
  workload: KubeObject,
  { told, blind }: Scalings,
  events: readonly KubeObject[],
): Found {
  const superseded: Found = { outcome: 'superseded', detail: '' };
  const { name = '' } = keeper.metadata;
  const begun = begunAt(name, told);
  if (begun < 0 || workload['spec']?.strategy?.type === 'Recreate') return superseded;
  const later = told.slice(begun);
  // From here on something else takes its place.
  const end = later.findIndex(({ replicaSet, up }) => replicaSet !== name && up);
  const during = end < 0 ? later : later.slice(0, end);
  if (during.some(({ replicaSet, up, to }) => replicaSet !== name && !up && to === 0)) {
    return { outcome: 'complete', detail: '' };
  }
  // The first of all had nobody to replace, and nothing tells how it went.
  const until = later[end]?.at ?? Number.POSITIVE_INFINITY;
  if (revision === 1 || blind.some(([from, to]) => from < until && to > later[0]!.at)) return superseded;
  const reached = during.findLast(({ replicaSet, up }) => replicaSet === name && up)?.to ?? 0;
  const trouble = troubleOf(name, events);
  const wanted = keeper.metadata.annotations?.['deployment.kubernetes.io/desired-replicas'] ?? '?';
  const detail = `${reached} of ${wanted} pods`;
  return trouble === undefined
    ? { outcome: 'superseded', detail: `at ${detail}` }
    : { outcome: 'failed', detail: `at ${detail}: ${trouble}` };
}

/** Where a ReplicaSet was scaled up from nothing for the last time; -1: nothing tells. */
function begunAt(name: string, told: readonly Scaling[]): number {
  const own = told.flatMap(({ replicaSet, up }, at) => (replicaSet === name ? [{ up, at }] : []));
  let turn = own.findLastIndex(({ up }) => up);
  while (turn > 0 && own[turn - 1]!.up) turn--;
  return own[turn]?.at ?? -1;
}

/** The latest warning about pods of a ReplicaSet, by its reason. */
function troubleOf(replicaSet: string, events: readonly KubeObject[]): string | undefined {
  return events
    .filter(({ type, reason, involvedObject: about }) => {
      if (type !== 'Warning' || !failing.has(reason)) return false;
      return about?.kind === 'Pod' ? String(about.name).startsWith(`${replicaSet}-`) : about?.name === replicaSet;
    })
    .sort((a, b) => timeOf(b) - timeOf(a))
    .map(({ reason }) => String(reason))[0];
}

const HISTORY_ANNOTATION = 'deployment.kubernetes.io/revision-history';

/** ReplicaSets note the numbers that they had; a ControllerRevision that is older than a lower number shows it. */
function formerNumbers({ keeper, revision }: RevisionRecord, history: readonly RevisionRecord[]): number[] {
  const noted = keeper.metadata.annotations?.[HISTORY_ANNOTATION];
  if (noted) return noted.split(',').map(Number).filter(Number.isInteger);
  const made = Date.parse(keeper.metadata.creationTimestamp ?? '');
  const isOlder = history.some(
    (other) => other.revision < revision && Date.parse(other.keeper.metadata.creationTimestamp ?? '') > made,
  );
  return keeper.kind === 'ControllerRevision' && isOlder ? [0] : [];
}
