import type { KubeObject } from '../../api/meta.ts';
import { type ContainerNode, conditionOf, type PodNode } from './pod-progress.ts';
import type { RolloutState } from './state.ts';
import { isPastDeadline } from './status.ts';
import type { RolloutTree } from './tree.ts';

/** Why a rollout does not, or will not, get on. */
export interface RolloutFailure {
  code: 'deadline' | 'image' | 'config' | 'crash' | 'unschedulable' | 'create';
  /** One sentence in the user's words. */
  message: string;
  /** True where waiting is of no use: a person has to act. */
  final: boolean;
  pod?: string;
  container?: string;
}

/** Starts after which a crash loop is taken for one that will not mend itself. */
const CRASHES = 2;
/** How long a pod may find no node before that counts as final (a cluster autoscaler needs a minute or two). */
const UNSCHEDULABLE_PATIENCE_MS = 120_000;

/** Waiting reasons of a container → what they mean; `final` may depend on how often it was tried. */
const containerReasons: Readonly<
  Record<
    string,
    { code: RolloutFailure['code']; final: (c: ContainerNode) => boolean; text: (c: ContainerNode) => string }
  >
> = {
  ErrImagePull: { code: 'image', final: () => false, text: cannotPull },
  ImagePullBackOff: { code: 'image', final: () => true, text: cannotPull },
  InvalidImageName: { code: 'image', final: () => true, text: (c) => `image name "${c.image}" is not valid` },
  ErrImageNeverPull: {
    code: 'image',
    final: () => true,
    text: (c) => `image "${c.image}" is not on the node and its pull policy is Never`,
  },
  CreateContainerConfigError: {
    code: 'config',
    final: () => true,
    text: (c) => `container "${c.name}" cannot be created: ${c.message || 'its configuration is incomplete'}`,
  },
  CreateContainerError: {
    code: 'config',
    final: (c) => c.restarts >= CRASHES,
    text: (c) => `container "${c.name}" cannot be created: ${c.message}`,
  },
  CrashLoopBackOff: {
    code: 'crash',
    final: (c) => c.restarts >= CRASHES,
    text: (c) => `container "${c.name}" keeps crashing (${lastEnd(c)}, ${plural(c.restarts, 'restart')})`,
  },
};

function cannotPull(container: ContainerNode): string {
  return `image "${container.image}" cannot be pulled`;
}

function lastEnd({ lastEnd: end }: ContainerNode): string {
  if (!end) return 'no exit code known';
  return end.reason === 'Error' ? `exit code ${end.exitCode}` : `${end.reason}, exit code ${end.exitCode}`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/**
 * Everything that holds this rollout up, final ones first. Only pods of the new revision count: an
 * old pod that crashes is no fault of the rollout.
 *
 * @param now ms; an unschedulable pod turns final with time
 */
export function rolloutFailures(state: RolloutState, tree: RolloutTree, now: number): RolloutFailure[] {
  const workload = state.workload;
  if (!workload) return [];
  const failures: RolloutFailure[] = [];
  // A condition from before the last change of the spec says nothing about that change.
  const observed = (workload.status?.observedGeneration ?? 0) >= (workload.metadata.generation ?? 0);
  if (observed && isPastDeadline(workload)) {
    failures.push({
      code: 'deadline',
      message: `deployment "${tree.name}" exceeded its progress deadline`,
      final: true,
    });
  }
  const replicaFailure = conditionOf(workload, 'ReplicaFailure');
  if (replicaFailure?.status === 'True') {
    failures.push({ code: 'create', message: `pods cannot be created: ${replicaFailure.message ?? ''}`, final: false });
  }
  for (const revision of tree.revisions) {
    if (!revision.isNew) continue;
    for (const pod of revision.pods) failures.push(...podFailures(pod, state.pods.get(pod.uid), now));
  }
  return failures.sort((a, b) => Number(b.final) - Number(a.final));
}

function podFailures(pod: PodNode, object: KubeObject | undefined, now: number): RolloutFailure[] {
  if (pod.stage === 'terminating' || pod.stage === 'ready') return [];
  const scheduled = object && conditionOf(object, 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    const since = Date.parse(scheduled.lastTransitionTime ?? pod.createdAt);
    return [
      {
        code: 'unschedulable',
        message: `pod "${pod.name}" finds no node: ${scheduled.message ?? ''}`,
        final: now - since >= UNSCHEDULABLE_PATIENCE_MS,
        pod: pod.name,
      },
    ];
  }
  return pod.containers.flatMap((container) => {
    const known = container.state === 'waiting' ? containerReasons[container.reason] : undefined;
    if (!known) return [];
    return [
      {
        code: known.code,
        message: known.text(container),
        final: known.final(container),
        pod: pod.name,
        container: container.name,
      },
    ];
  });
}
