import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../api/meta.ts';
import { isApiError } from '../../../api/status.ts';
import { timestamp } from '../../clock.ts';
import { withCondition } from '../conditions.ts';
import type { ControlContext } from '../controller.ts';
import { templateHash } from '../names.ts';
import { controllerReference } from '../ownership.ts';
import { isNamespaceEnding } from '../pod-control.ts';
import { HASH_LABEL, newSetAnnotations, REVISION, revisionOf, sameTemplate } from './revisions.ts';
import { COMPONENT, deadlineSeconds, observe, type Rollout } from './rollout.ts';
import { newReplicaCount, sizeAnnotations } from './scaling.ts';

const LONGEST_NAME = 253;

/** Finds or makes the ReplicaSet of the current template, and keeps revision annotations in step. */
export async function ensureNewReplicaSet(context: ControlContext, rollout: Rollout): Promise<Rollout> {
  const revision = Math.max(0, ...rollout.old.map(revisionOf)) + 1;
  const current = rollout.current
    ? await refresh(context, rollout, rollout.current, revision)
    : await create(context, rollout, revision);
  // A name that another template took: the collision count has changed, the next look tries again.
  if (!current) return rollout;
  const all = [...rollout.all.filter((set) => set.metadata.uid !== current.metadata.uid), current];
  const deployment = await stampRevision(
    context,
    rollout.deployment,
    revisionOf(current),
    rollout.current !== undefined,
  );
  return { ...observe(deployment, all), current, old: rollout.old };
}

async function refresh(
  context: ControlContext,
  rollout: Rollout,
  set: KubeObject,
  revision: number,
): Promise<KubeObject> {
  const annotations = newSetAnnotations(rollout.deployment, set, revision);
  const minReadySeconds = rollout.deployment['spec'].minReadySeconds;
  if (
    isDeepStrictEqual(annotations, set.metadata.annotations ?? {}) &&
    (set['spec'].minReadySeconds ?? 0) === (minReadySeconds ?? 0)
  ) {
    return set;
  }
  return context.client.update('replicasets.apps', {
    ...set,
    metadata: { ...set.metadata, annotations },
    spec: { ...set['spec'], ...(minReadySeconds ? { minReadySeconds } : { minReadySeconds: undefined }) },
  });
}

async function create(context: ControlContext, rollout: Rollout, revision: number): Promise<KubeObject | undefined> {
  const { deployment } = rollout;
  const { spec } = deployment;
  const hash = templateHash(spec.template, deployment['status']?.collisionCount);
  const labels = { ...spec.template.metadata?.labels, [HASH_LABEL]: hash };
  const replicas = newReplicaCount(rollout);
  const wanted = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name!.slice(0, LONGEST_NAME - 1 - hash.length)}-${hash}`,
      namespace: deployment.metadata.namespace!,
      labels,
      annotations: {
        ...newSetAnnotations(deployment, undefined, revision),
        ...sizeAnnotations(deployment),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(spec.minReadySeconds ? { minReadySeconds: spec.minReadySeconds } : {}),
      selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  };
  try {
    const set = await context.client.create<KubeObject>('replicasets.apps', wanted);
    if (replicas > 0) {
      const message = `Scaled up replica set ${set.metadata.name} from 0 to ${replicas}`;
      context.recorder.record(deployment, {
        type: 'Normal',
        reason: 'ScalingReplicaSet',
        message,
        component: COMPONENT,
      });
    }
    return set;
  } catch (error) {
    if (isApiError(error, 'AlreadyExists')) return resolveCollision(context, deployment, wanted.metadata.name);
    if (!isNamespaceEnding(error)) await reportFailure(context, deployment, wanted.metadata.name, error);
    throw error;
  }
}

async function reportFailure(
  context: ControlContext,
  deployment: KubeObject,
  name: string,
  error: unknown,
): Promise<void> {
  const reason = 'ReplicaSetCreateError';
  const message = `Failed to create new replica set "${name}": ${(error as Error).message}`;
  context.recorder.record(deployment, { type: 'Warning', reason, message, component: COMPONENT });
  if (deadlineSeconds(deployment) === undefined) return;
  const status = deployment['status'] ?? {};
  const conditions = withCondition(
    status.conditions ?? [],
    { type: 'Progressing', status: 'False', reason, message },
    timestamp(context.clock),
    ['lastTransitionTime', 'lastUpdateTime'],
  );
  await context.client.updateStatus('deployments.apps', { ...deployment, status: { ...status, conditions } });
}

/** The same name with the same template is ours (a look that was cut short made it); with another, the hash needs salt. */
async function resolveCollision(
  context: ControlContext,
  deployment: KubeObject,
  name: string,
): Promise<KubeObject | undefined> {
  const taken = context.lister.get('replicasets.apps', deployment.metadata.namespace, name);
  if (taken && sameTemplate(taken['spec'].template, deployment['spec'].template)) {
    const owner = taken.metadata.ownerReferences?.find((reference) => reference.controller);
    if (owner?.uid === deployment.metadata.uid) return taken;
  }
  const status = deployment['status'] ?? {};
  await context.client.updateStatus('deployments.apps', {
    ...deployment,
    status: { ...status, collisionCount: (status.collisionCount ?? 0) + 1 },
  });
  return undefined;
}

/** The deployment carries the revision of its newest ReplicaSet, and its Progressing condition names that set. */
async function stampRevision(
  context: ControlContext,
  deployment: KubeObject,
  revision: number,
  found: boolean,
): Promise<KubeObject> {
  let result = deployment;
  if (deployment.metadata.annotations?.[REVISION] !== String(revision)) {
    result = await context.client.updateStatus('deployments.apps', {
      ...deployment,
      metadata: {
        ...deployment.metadata,
        annotations: { ...deployment.metadata.annotations, [REVISION]: String(revision) },
      },
    });
  }
  const known = result['status']?.conditions ?? [];
  const hasProgress = known.some((condition: { type: string }) => condition.type === 'Progressing');
  if (deadlineSeconds(deployment) === undefined || (found && hasProgress)) return result;
  const set = findName(context, result);
  const condition = found
    ? { reason: 'FoundNewReplicaSet', message: `Found new replica set "${set}"` }
    : { reason: 'NewReplicaSetCreated', message: `Created new replica set "${set}"` };
  const conditions = withCondition(
    known,
    { type: 'Progressing', status: 'True', ...condition },
    timestamp(context.clock),
    ['lastTransitionTime', 'lastUpdateTime'],
  );
  // Written together with the counts by the status pass that follows.
  return { ...result, status: { ...result['status'], conditions } };
}

function findName(context: ControlContext, deployment: KubeObject): string {
  const sets = context.lister.controlledBy('replicasets.apps', deployment.metadata.uid!);
  return observe(deployment, [...sets]).current?.metadata.name ?? '';
}
