import type { ImageFacts } from '../api/image-facts.ts';
import type { ApiClient, Lister } from './client.ts';
import type { Clock } from './clock.ts';
import { onceLive } from './clocks.ts';
import { accountTokenController, type SignToken } from './controllers/account-tokens.ts';
import { Activity } from './controllers/activity.ts';
import { autoscalerController } from './controllers/autoscaler/controller.ts';
import { certificateSigning, type Signer } from './controllers/certificate-signing.ts';
import { clusterRoleAggregation } from './controllers/cluster-role-aggregation.ts';
import {
  type ControlContext,
  type Controller,
  type RunningController,
  runController,
} from './controllers/controller.ts';
import { cronJobController } from './controllers/cron-job.ts';
import { daemonSetController } from './controllers/daemon-set.ts';
import { deploymentController } from './controllers/deployment/controller.ts';
import { disruptionBudgetController } from './controllers/disruption-budget.ts';
import { endpointsController } from './controllers/endpoints.ts';
import { EventRecorder } from './controllers/event-recorder.ts';
import { GarbageCollector } from './controllers/garbage-collector.ts';
import { eventExpiry, loadBalancerController, podCollector } from './controllers/housekeeping.ts';
import { jobController } from './controllers/job/controller.ts';
import { namespaceController } from './controllers/namespace.ts';
import { nodeLifecycleController } from './controllers/node-lifecycle.ts';
import { volumeController } from './controllers/persistent-volumes.ts';
import { replicaSetControllers } from './controllers/replica-set.ts';
import { statefulSetController } from './controllers/stateful-set/controller.ts';
import { taintEvictionController } from './controllers/taint-eviction.ts';
import { createNodeApi } from './kubelet/create-node-api.ts';
import type { RoomContext } from './kubelet/exec/index.ts';
import { Kubelet } from './kubelet/kubelet.ts';
import type { NodeApi } from './kubelet/node-api.ts';
import { initialNodes } from './kubelet/node-facts.ts';
import { heartbeatController, nodeController } from './kubelet/nodes.ts';
import { Scheduler } from './scheduler/scheduler.ts';

export interface ControlPlaneContext {
  client: ApiClient;
  lister: Lister;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Simulated nodes to register when the cluster has none yet: one control-plane node, the rest workers. */
  nodes: number;
  /** PEM of the cluster's CA, published in every namespace as `kube-root-ca.crt`. */
  rootCa: string;
  /** Signs the tokens that Secrets keep; without it they stay empty. */
  signToken?: SignToken;
  /** Signs the tokens that pods find in their volumes; without it they find none. */
  issueToken?: RoomContext['issueToken'];
  /** Where this cluster's API server listens, for what pods send to it; undefined while it does not. */
  api?: RoomContext['api'];
  /** What a registry would answer; undefined: the image cannot be pulled. */
  images: (reference: string) => ImageFacts | undefined;
  /** The cluster's authority; without one, nobody gets a certificate. */
  signer?: Signer;
  /** Told about reconciles that failed and will be tried again; ignored by default. */
  onError?: (controller: string, key: string, error: unknown) => void;
}

export interface ControlPlane {
  nodeApi: NodeApi;
  /** Resolves when no key is runnable and no reconcile is under way; timers may still be pending. */
  idle(): Promise<void>;
  /** Ends all controllers; resolves when what was under way is done. */
  stop(): Promise<void>;
}

/** Starts controllers, scheduler and simulated kubelets on what `lister` shows; works without any HTTP. */
export function startControlPlane(options: ControlPlaneContext): ControlPlane {
  const { client, lister, clock, random } = options;
  const activity = new Activity();
  const recorder = new EventRecorder({ client: client.as('events'), lister, clock, random, activity });
  const context: ControlContext = {
    client,
    lister,
    clock,
    random,
    activity,
    recorder,
    onError: options.onError ?? (() => {}),
  };

  /** Each works as the account that it has in a real cluster: that is who webhooks see. */
  const as = (name: string, manager?: string): ControlContext => ({ ...context, client: client.as(name, manager) });
  const node = as('kubelet', 'kubelet');

  const running: RunningController[] = [];
  const start = (controller: Controller): RunningController => {
    const started = runController(context, controller);
    running.push(started);
    return started;
  };
  const heartbeat = heartbeatController(node, () => kubelet);
  const heart = start(heartbeat);
  const kubelet: Kubelet = new Kubelet(node, {
    images: options.images,
    look: (key) => kubeletLoop.queue.add(key),
    imagesChanged: (node) => heartbeat.imagesChanged(node, (key, ms) => heart.queue.addAfter(key, ms)),
  });
  const collector = new GarbageCollector(as('generic-garbage-collector')).controller();
  for (const controller of [
    namespaceController(as('namespace-controller'), options.rootCa),
    nodeController(as('node-controller')),
    nodeLifecycleController(as('node-controller')),
    taintEvictionController(as('taint-eviction-controller')),
    deploymentController(as('deployment-controller')),
    ...replicaSetControllers(as('replicaset-controller')),
    statefulSetController(as('statefulset-controller')),
    daemonSetController(as('daemon-set-controller')),
    jobController(as('job-controller')),
    cronJobController(as('cronjob-controller')),
    endpointsController(as('endpointslice-controller')),
    volumeController(as('persistent-volume-binder')),
    loadBalancerController(as('service-controller')),
    autoscalerController(as('horizontal-pod-autoscaler')),
    disruptionBudgetController(as('disruption-controller')),
    podCollector(as('pod-garbage-collector')),
    eventExpiry(context),
    clusterRoleAggregation(as('clusterrole-aggregation-controller', 'clusterrole-aggregation-controller')),
    ...(options.signToken
      ? [accountTokenController(as('kube-controller-manager'), options.rootCa, options.signToken)]
      : []),
    ...(options.signer ? [certificateSigning(as('certificate-controller'), options.signer)] : []),
    new Scheduler(as('kube-scheduler', 'kube-scheduler')).controller(),
  ]) {
    start(controller);
  }
  const kubeletLoop: RunningController = start(kubelet.controller());
  const collecting = start(collector);
  for (const key of collector.initial) collecting.queue.add(key);
  // While a past is lived through nobody reads heartbeats.
  onceLive(clock, () => heart.queue.add('heartbeat'));
  registerNodes(context, options.nodes);
  const { issueToken, api } = options;
  const nodeApi = createNodeApi({ lister, clock, kubelet, random, issueToken, api });

  return {
    nodeApi,
    idle: () => activity.idle(),
    async stop() {
      for (const controller of running) controller.stop();
      recorder.stop();
      await nodeApi.close();
      await activity.idle();
    },
  };
}

function registerNodes(context: ControlContext, count: number): void {
  if (context.lister.list('nodes').length > 0) return;
  context.activity.begin();
  void Promise.all(initialNodes(count).map((node) => context.client.create('nodes', node)))
    .catch((error: unknown) => context.onError('node-controller', 'nodes', error))
    .finally(() => context.activity.end());
}
