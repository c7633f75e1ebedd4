import type { ImageFacts } from '../api/image-facts.ts';
import type { ApiClient, Lister } from './client.ts';
import type { Clock } from './clock.ts';
import { onceLive } from './clocks.ts';
import { ComponentSwitch } from './component-switch.ts';
import { components } from './components.ts';
import type { Pace } from './control/time-control.ts';
import type { SignToken } from './controllers/account-tokens.ts';
import { Activity } from './controllers/activity.ts';
import type { Allows } from './controllers/certificate-approving.ts';
import type { Signer } from './controllers/certificate-signing.ts';
import {
  type ControlContext,
  type Controller,
  type RunningController,
  runController,
} from './controllers/controller.ts';
import { EventRecorder } from './controllers/event-recorder.ts';
import { eventExpiry } from './controllers/housekeeping.ts';
import { loadController } from './controllers/load.ts';
import type { CrashNow } from './faults/crash.ts';
import type { PullFault } from './faults/pulls.ts';
import { createNodeApi } from './kubelet/create-node-api.ts';
import { diskPressureController } from './kubelet/disk-pressure.ts';
import type { RoomContext } from './kubelet/exec/index.ts';
import { imageGarbageController } from './kubelet/image-garbage.ts';
import { Kubelet } from './kubelet/kubelet.ts';
import type { NodeApi } from './kubelet/node-api.ts';
import { NodeDisks } from './kubelet/node-disks.ts';
import { initialNodes } from './kubelet/node-facts.ts';
import { heartbeatController, nodeController } from './kubelet/nodes.ts';
import { pressureController } from './kubelet/pressure.ts';
import type { PullAccess } from './kubelet/pull-access.ts';
import { STAGE_MANAGER, Stages } from './kubelet/stages/stages.ts';
import { leaders } from './leaders.ts';

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
  /** The folder in which claims keep their contents; without one they go with the process. */
  volumes?: { folder: string; report: (error: unknown) => void } | undefined;
  /** Where the files of real images are read; without it, containers have none of them. */
  imageStore?: RoomContext['imageStore'];
  /** What a registry would answer; undefined: the image cannot be pulled. */
  images: (reference: string) => ImageFacts | undefined;
  /** What the way to the registry does to a pull on a node; nothing by default. */
  pullFault?: (image: string, node: string) => PullFault | undefined;
  /** Whom the registry does not let in; everybody is by default. */
  pullAccess?: PullAccess;
  /** The cluster's authority; without one, nobody gets a certificate. */
  signer?: Signer;
  /** Who may do what; without it no certificate is approved by itself. */
  allows?: Allows;
  /** True where time is paused: nothing is begun before `pace.release`. */
  held?: boolean;
  /** Names of components and groups that are not to be started; all are by default. */
  stopped?: Iterable<string>;
  /** Told what is stopped after each change of it. */
  stoppedChanged?: (stopped: readonly string[]) => void;
  /** Told about reconciles that failed and will be tried again; ignored by default. */
  onError?: (controller: string, key: string, error: unknown) => void;
}

export interface ControlPlane {
  nodeApi: NodeApi;
  /** Writes down what claims hold; resolves when that is on disk. */
  saveVolumes(): Promise<void>;
  /** What of it runs. */
  components: ComponentSwitch;
  /** What holds it up while time is paused. */
  pace: Pace;
  /** Ends a running container, as a crash does. */
  crashNow: CrashNow;
  /** What any node has by a name. */
  keptImage(reference: string): ImageFacts | undefined;
  /** Resolves when no key is runnable and no reconcile is under way; timers may still be pending. */
  idle(): Promise<void>;
  /** Ends all controllers; resolves when what was under way is done. */
  stop(): Promise<void>;
}

/** Starts controllers, scheduler and simulated kubelets on what `lister` shows; works without any HTTP. */
export function startControlPlane(options: ControlPlaneContext): ControlPlane {
  const { client, lister, clock, random } = options;
  const activity = new Activity();
  if (options.held) activity.hold();
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
  const stages = new Stages(as(STAGE_MANAGER, STAGE_MANAGER), {
    podIPs: (host, uid) => kubelet.addressesFor(host, uid),
    podPlayed: (key) => kubeletLoop.queue.add(key),
  });
  const heartbeat = heartbeatController(node, () => kubelet, stages);
  const heart = start(heartbeat);
  const tellImages = (node: string) => heartbeat.imagesChanged(node, (key, ms) => heart.queue.addAfter(key, ms));
  const disks = new NodeDisks(
    node,
    () => kubelet,
    (pod) => nodeApi.writtenBy(pod),
  );
  const garbage = imageGarbageController(node, () => kubelet, disks, tellImages);
  const collector = start(garbage);
  const kubelet: Kubelet = new Kubelet(node, {
    images: options.images,
    pulls: {
      ...(options.pullFault ? { fault: options.pullFault } : {}),
      ...(options.pullAccess ? { access: options.pullAccess } : {}),
      diskRoom: (name) => disks.of(name)?.available,
    },
    stages,
    look: (key) => kubeletLoop.queue.add(key),
    imagesChanged: (node) => {
      tellImages(node);
      garbage.imagesChanged(node, (key, ms) => collector.queue.addAfter(key, ms));
      stirDisk(node);
    },
  });
  start(nodeController(as('node-controller'), stages));
  start(eventExpiry(context));
  start(loadController(as('kctl', 'kctl')));
  const { rootCa, signToken, signer, allows } = options;
  const parts = new ComponentSwitch({
    rows: components,
    make: (row) => row.make({ as, rootCa, signToken, signer, allows }),
    run: (controller) => runController(context, controller),
    stopped: options.stopped ?? [],
    changed: options.stoppedChanged ?? (() => {}),
  });
  parts.apply();
  const kubeletLoop: RunningController = start(kubelet.controller());
  start(stages.controller());
  start(pressureController(node, () => kubelet));
  const diskPressure = diskPressureController(node, () => kubelet, disks, tellImages);
  const diskLoop = start(diskPressure);
  const stirDisk = (node: string) => diskPressure.stirred(node, (key, ms) => diskLoop.queue.addAfter(key, ms));
  // Nodes are judged by their heartbeats, in a past that is lived through as well.
  heart.queue.add('heartbeat');
  onceLive(clock, () => parts.add(leaders));
  registerNodes(context, options.nodes);
  const { issueToken, api, volumes, imageStore } = options;
  const known = { issueToken, api, volumes, imageStore, diskOf: (name: string) => disks.of(name) };
  const nodeApi = createNodeApi({ lister, clock, kubelet, random, ...known, wrote: stirDisk });

  return {
    nodeApi,
    saveVolumes: () => nodeApi.saveVolumes(),
    keptImage: (reference) => kubelet.keptImage(reference),
    crashNow: (key, container, end) => kubelet.crashNow(key, container, end),
    components: parts,
    pace: {
      idle: () => activity.idle(),
      hold: () => activity.hold(),
      release: () => activity.release(),
      isBusy: () => activity.isBusy,
    },
    idle: () => activity.idle(),
    async stop() {
      parts.close();
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
