import type { KubeObject } from '../../api/meta.ts';
import type { ControlContext } from '../controllers/controller.ts';
import { allContainers, type ContainerRuntime, type PodRuntime, type StageName } from '../runtime/container.ts';
import {
  environmentProblem,
  imageVolumesOf,
  missingPullSecrets,
  podKeyring,
  rootProblem,
  volumeProblem,
} from './config-problems.ts';
import type { StageView } from './container-stages.ts';
import type { PodWorld } from './pod-engine.ts';
import type { PullAccess } from './pull-access.ts';
import { startFacts } from './start-facts.ts';

/** Where the spec has containers of each kind. */
const specField: Readonly<Record<ContainerRuntime['kind'], string>> = {
  init: 'initContainers',
  sidecar: 'initContainers',
  app: 'containers',
  ephemeral: 'ephemeralContainers',
};

/** Stages of containers that may begin to pull next. */
const BEFORE_A_PULL: ReadonlySet<StageName> = new Set([
  'waiting',
  'image',
  'pull-failed',
  'pull-backoff',
  'exited',
  'crash-backoff',
]);

/** What of the kubelet a pod's containers need. */
interface Node
  extends Pick<StageView, 'images' | 'node' | 'pullRate' | 'parallelPulls' | 'diskRoom' | 'watched' | 'imagePulled'> {
  pullFault: (image: string) => ReturnType<StageView['pullFault']>;
  pullAccess: PullAccess;
  isInterpreted: (container: ContainerRuntime) => boolean;
  lastMessage: (container: ContainerRuntime, exitCode: number) => string | undefined;
}

/** The world as the engine sees it for one pod: what is around its containers, and who is told what happens to them. */
export function podWorld({ lister, recorder }: ControlContext, pod: KubeObject, node: Node): PodWorld {
  const host: string = pod['spec'].nodeName;
  const { pullFault, pullAccess, isInterpreted, lastMessage, ...shared } = node;
  const say = (type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string, times?: number) =>
    recorder.record(
      pod,
      { type, reason, message, component: 'kubelet', host, ...(fieldPath ? { fieldPath } : {}) },
      times,
    );
  const viewFor = (container: ContainerRuntime, now: number): StageView => ({
    ...shared,
    pod,
    container,
    now,
    imageVolumes: imageVolumesOf(pod, container.spec),
    pullFault,
    pullRefusal: (image) => pullAccess.refusal(image, () => podKeyring(lister, pod)),
    missingSecrets: () => {
      const names = missingPullSecrets(lister, pod);
      if (names.length === 0) return;
      const message = `Unable to retrieve some image pull secrets (${names.join(', ')}); attempting to pull the image may not succeed.`;
      say('Warning', 'FailedToRetrieveImagePullSecret', message);
    },
    configProblem: () =>
      environmentProblem(lister, pod.metadata.namespace!, container.spec) ??
      rootProblem(pod, container.spec, node.node.find(container.spec.image)?.run?.user),
    isInterpreted: isInterpreted(container),
    lastMessage: (exitCode) => lastMessage(container, exitCode),
    say: (type, reason, message, times) =>
      say(type, reason, message, `spec.${specField[container.kind]}{${container.spec.name}}`, times),
    facts: () => startFacts(lister, pod, container.spec),
  });
  const pullsReady = (runtime: PodRuntime) => {
    const waits = allContainers(runtime)
      .filter(({ stage }) => BEFORE_A_PULL.has(stage))
      .flatMap(({ spec }) => [...imageVolumesOf(pod, spec).map(({ image }) => image), spec.image])
      .flatMap((image) => pullAccess.prepare(image, () => podKeyring(lister, pod)) ?? []);
    return waits.length > 0 ? Promise.allSettled(waits) : undefined;
  };
  return { pod, viewFor, volumeProblem: () => volumeProblem(lister, pod), say, pullsReady };
}
