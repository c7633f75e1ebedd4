import type { KubeObject } from '../../../api/meta.ts';
import { isApiError } from '../../../api/status.ts';
import { type Selector, selectorOf } from '../../../lib/label-selector.ts';
import { timestamp } from '../../clock.ts';
import type { StatusCondition } from '../conditions.ts';
import { type ControlContext, type Controller, ownKey, patienceFor, splitKey } from '../controller.ts';
import { claimChildren, deleteIfThere, matchingKeys, ownerKeys, writeStatus } from '../ownership.ts';
import { BURST, createPod, deletePod, inSlices, slowStart } from '../pod-control.ts';
import { isFinished, isReady, isTerminating } from '../pods.ts';
import type { Again } from '../work-queue.ts';
import { COMPONENT, jobPod, missingIndexes, RESOURCE } from './pods.ts';
import { account, type JobTally } from './tally.ts';
import { type Verdict, verdictOn } from './verdict.ts';

const TRACKING = 'batch.kubernetes.io/job-tracking';

export function jobController(context: ControlContext): Controller {
  return {
    name: COMPONENT,
    watches: {
      [RESOURCE]: ownKey,
      pods: (event) => [...ownerKeys('Job', event), ...matchingKeys(context, RESOURCE, event, selectorFor)],
    },
    concurrency: 2,
    patience: (key) => patienceFor(context.lister.get(RESOURCE, ...splitKey(key))?.['status']?.active ?? 0),
    reconcile: (key) => reconcile(context, key),
  };
}

const isOver = (job: KubeObject): boolean =>
  (job['status']?.conditions ?? []).some(
    (condition: StatusCondition) => ['Complete', 'Failed'].includes(condition.type) && condition.status === 'True',
  );

/** A job that was stored without a selector (manualSelector, left empty) keeps what it made and adopts nothing. */
function selectorFor(job: KubeObject): Selector {
  const { selector, template } = job['spec'];
  return selectorOf(
    selector ?? {
      matchLabels: { 'batch.kubernetes.io/controller-uid': job.metadata.uid, ...template.metadata?.labels },
    },
  );
}

async function reconcile(context: ControlContext, key: string): Promise<Again> {
  const job = context.lister.get(RESOURCE, ...splitKey(key));
  // Pods whose job is gone (kubectl delete --cascade=orphan, or the collector was quicker) must not keep its finalizer.
  if (!job) return releaseLeftovers(context, key);
  const pods = await claimChildren(context, job, 'pods', selectorFor(job));
  if (isOver(job) || job.metadata.deletionTimestamp) {
    await release(
      context,
      pods.filter((pod) => isFinished(pod) || isTerminating(pod) || job.metadata.deletionTimestamp),
    );
    return job.metadata.deletionTimestamp ? undefined : expire(context, job);
  }
  const tally = account(job, pods);
  const now = timestamp(context.clock);
  const startTime: string | undefined = job['spec'].suspend ? undefined : (job['status']?.startTime ?? now);
  const verdict = verdictOn(job, tally, startTime, context.clock.now());
  await note(context, job, tally);
  await release(
    context,
    pods.filter((pod) => isFinished(pod) || isTerminating(pod)),
  );
  const again = verdict.type ? await finish(context, job, tally, verdict) : await manage(context, job, tally, verdict);
  await saveStatus(context, job, tally, verdict, startTime, now);
  return again;
}

/** Writes down which pods have ended before anybody lets go of them. */
async function note(context: ControlContext, job: KubeObject, tally: JobTally): Promise<void> {
  const stored = context.lister.get(RESOURCE, job.metadata.namespace, job.metadata.name!);
  if (tally.isNoted || stored?.metadata.uid !== job.metadata.uid || !stored) return;
  const { succeeded, failed } = tally.uncounted;
  const uncountedTerminatedPods = {
    ...(succeeded.length > 0 ? { succeeded } : {}),
    ...(failed.length > 0 ? { failed } : {}),
  };
  await writeStatus(context, RESOURCE, stored, { ...stored['status'], uncountedTerminatedPods });
}

async function finish(context: ControlContext, job: KubeObject, tally: JobTally, verdict: Verdict): Promise<Again> {
  await withdraw(context, job, tally.active);
  if (verdict.type === 'Failed') tally.failed += tally.active.length;
  const isComplete = verdict.type === 'Complete';
  context.recorder.record(job, {
    type: isComplete ? 'Normal' : 'Warning',
    reason: isComplete ? 'Completed' : verdict.reason!,
    message: isComplete ? 'Job completed' : verdict.message!,
    component: COMPONENT,
  });
  const ttl = job['spec'].ttlSecondsAfterFinished;
  return ttl === undefined ? undefined : ttl * 1000;
}

async function manage(context: ControlContext, job: KubeObject, tally: JobTally, verdict: Verdict): Promise<Again> {
  const { spec } = job;
  if (spec.suspend) {
    await withdraw(context, job, tally.active);
    return undefined;
  }
  const parallelism: number = spec.parallelism ?? 1;
  const open =
    spec.completions === undefined ? (tally.succeeded > 0 ? 0 : parallelism) : spec.completions - tally.succeeded;
  const wanted = Math.min(parallelism, Math.max(open, 0));
  // A work-queue job that has had a success starts nothing new, but lets the rest end by itself.
  const isWindingDown = spec.completions === undefined && tally.succeeded > 0;
  const surplus = isWindingDown ? 0 : tally.active.length - wanted;
  await withdraw(context, job, tally.active.slice(0, Math.max(surplus, 0)));
  const missing = Math.min(wanted - tally.active.length, BURST);
  if (missing > 0) {
    if (verdict.retryAfterMs > 0) return Math.min(verdict.retryAfterMs, verdict.deadlineMs ?? verdict.retryAfterMs);
    const indexes = missingIndexes(job, tally, missing);
    const count = indexes ? indexes.length : missing;
    await slowStart(count, (at) => createPod(context, job, jobPod(job, indexes?.[at], TRACKING), COMPONENT));
  }
  return verdict.deadlineMs;
}

async function saveStatus(
  context: ControlContext,
  job: KubeObject,
  tally: JobTally,
  verdict: Verdict,
  startTime: string | undefined,
  now: string,
): Promise<void> {
  const stored = context.lister.get(RESOURCE, job.metadata.namespace, job.metadata.name!);
  if (!stored || stored.metadata.uid !== job.metadata.uid) return;
  const living = verdict.type
    ? []
    : context.lister.controlledBy('pods', job.metadata.uid!).filter((pod) => !isFinished(pod) && !isTerminating(pod));
  const suspendedBefore = (job['status']?.conditions ?? []).filter(({ type }: StatusCondition) => type !== 'Suspended');
  const stamp = { lastProbeTime: now, lastTransitionTime: now };
  const conditions: StatusCondition[] = [...suspendedBefore];
  if (job['spec'].suspend) {
    const known = (job['status']?.conditions ?? []).find(({ type }: StatusCondition) => type === 'Suspended');
    conditions.push(
      known ?? { type: 'Suspended', status: 'True', ...stamp, reason: 'JobSuspended', message: 'Job suspended' },
    );
  }
  if (verdict.type) {
    const why = { reason: verdict.reason!, message: verdict.message! };
    const before = verdict.type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
    conditions.push(
      { type: before, status: 'True', ...stamp, ...why },
      { type: verdict.type, status: 'True', ...stamp, ...why },
    );
  }
  await writeStatus(context, RESOURCE, stored, {
    active: living.length || undefined,
    ready: living.filter(isReady).length,
    terminating: tally.terminating,
    succeeded: tally.succeeded || undefined,
    failed: tally.failed || undefined,
    startTime,
    completionTime: verdict.type === 'Complete' ? now : undefined,
    conditions: conditions.length > 0 ? conditions : undefined,
    uncountedTerminatedPods: {},
    completedIndexes:
      job['spec'].completionMode === 'Indexed' ? tally.succeededIndexes.toString() || undefined : undefined,
  });
}

/** Deletes pods that the job itself has no more use for: without their finalizer they do not count as failures. */
async function withdraw(context: ControlContext, job: KubeObject, pods: readonly KubeObject[]): Promise<void> {
  await release(context, pods);
  await inSlices(pods, (pod) => deletePod(context, job, pod, COMPONENT));
}

/** Lets counted pods go: until then the finalizer keeps them from vanishing uncounted. */
async function release(context: ControlContext, pods: readonly KubeObject[]): Promise<void> {
  await inSlices(pods, async (stale) => {
    const pod = context.lister.get('pods', stale.metadata.namespace, stale.metadata.name!);
    if (!pod?.metadata.finalizers?.includes(TRACKING)) return;
    const finalizers = pod.metadata.finalizers.filter((finalizer) => finalizer !== TRACKING);
    try {
      await context.client.update('pods', { ...pod, metadata: { ...pod.metadata, finalizers } });
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error;
    }
  });
}

async function releaseLeftovers(context: ControlContext, key: string): Promise<Again> {
  const [namespace, name] = splitKey(key);
  const leftovers = context.lister
    .list('pods', namespace)
    .filter((pod) => pod.metadata.ownerReferences?.some((owner) => owner.kind === 'Job' && owner.name === name));
  await release(context, leftovers);
  return undefined;
}

/** Deletes a finished job when its time to live is over. */
async function expire(context: ControlContext, job: KubeObject): Promise<Again> {
  const ttl: number | undefined = job['spec'].ttlSecondsAfterFinished;
  if (ttl === undefined) return undefined;
  const end = job['status'].conditions.find(({ type }: StatusCondition) => type === 'Complete' || type === 'Failed');
  const left = Date.parse(end.lastTransitionTime) + ttl * 1000 - context.clock.now();
  if (left > 0) return left;
  await deleteIfThere(context, RESOURCE, job, { propagationPolicy: 'Background' });
  return undefined;
}
