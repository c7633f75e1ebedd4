import { accountTokenController, type SignToken } from './controllers/account-tokens.ts';
import { autoscalerController } from './controllers/autoscaler/controller.ts';
import { bootstrapSigner, tokenCleaner } from './controllers/bootstrap-tokens.ts';
import { type Allows, certificateApproving } from './controllers/certificate-approving.ts';
import { certificateCleaning } from './controllers/certificate-cleaning.ts';
import { certificateSigning, type Signer } from './controllers/certificate-signing.ts';
import { clusterRoleAggregation } from './controllers/cluster-role-aggregation.ts';
import type { ControlContext, Controller } from './controllers/controller.ts';
import { cronJobController } from './controllers/cron-job.ts';
import { daemonSetController } from './controllers/daemon-set/controller.ts';
import { deploymentController } from './controllers/deployment/controller.ts';
import { disruptionBudgetController } from './controllers/disruption-budget.ts';
import { endpointsController } from './controllers/endpoints/legacy.ts';
import { endpointSliceMirroring } from './controllers/endpoints/mirror.ts';
import { endpointSliceController } from './controllers/endpoints/slices.ts';
import { GarbageCollector } from './controllers/garbage-collector.ts';
import { ingressController } from './controllers/ingress.ts';
import { jobController } from './controllers/job/controller.ts';
import { loadBalancerController } from './controllers/load-balancer.ts';
import { namespaceController } from './controllers/namespace.ts';
import { nodeLifecycleController } from './controllers/node-lifecycle.ts';
import { nodeTtlController } from './controllers/node-ttl.ts';
import { ephemeralVolumes, volumeExpansion } from './controllers/persistent-volumes/expansion.ts';
import { claimProtection, volumeProtection } from './controllers/persistent-volumes/protection.ts';
import { volumeController } from './controllers/persistent-volumes.ts';
import { podCollector } from './controllers/pod-collector.ts';
import { replicaSetControllers } from './controllers/replica-set.ts';
import { statefulSetController } from './controllers/stateful-set/controller.ts';
import { taintEvictionController } from './controllers/taint-eviction.ts';
import { ttlAfterFinishedController } from './controllers/ttl-after-finished.ts';
import { Scheduler } from './scheduler/scheduler.ts';

/** What components are made of. */
interface ComponentWorld {
  /**
   * The context of one account: that of a controller, `kube-scheduler` or `kubelet`, which is who webhooks see.
   * @param manager owner of the fields it writes
   */
  as(account: string, manager?: string): ControlContext;
  /** PEM of the cluster's CA. */
  rootCa: string;
  signToken: SignToken | undefined;
  signer: Signer | undefined;
  allows: Allows | undefined;
}

/** The programs of a control plane, by the names that `get componentstatuses` shows. */
export type ComponentGroup = 'controller-manager' | 'scheduler';

/** A part of the control plane that can be stopped and started by itself. */
export interface Component {
  /** As `kube-controller-manager --controllers` names it (cmd/kube-controller-manager/names). */
  name: string;
  group: ComponentGroup;
  /** Goes with its group: users neither see nor switch it. */
  hidden?: true;
  /** Made anew at each start, as in a new process: none may keep a state that storage does not have. */
  make(world: ComponentWorld): readonly Controller[];
}

type Row = readonly [name: string, make: (world: ComponentWorld) => readonly Controller[]];

/** The order is that of the start, and part of what makes runs repeatable: new ones go to the end. */
const controllers: readonly Row[] = [
  ['namespace-controller', ({ as, rootCa }) => [namespaceController(as('namespace-controller'), rootCa)]],
  ['node-lifecycle-controller', ({ as }) => [nodeLifecycleController(as('node-controller'))]],
  ['taint-eviction-controller', ({ as }) => [taintEvictionController(as('taint-eviction-controller'))]],
  ['deployment-controller', ({ as }) => [deploymentController(as('deployment-controller'))]],
  ['replicaset-controller', ({ as }) => replicaSets(as, 'replicaset-controller')],
  ['replicationcontroller-controller', ({ as }) => replicaSets(as, 'replication-controller')],
  ['statefulset-controller', ({ as }) => [statefulSetController(as('statefulset-controller'))]],
  ['daemonset-controller', ({ as }) => [daemonSetController(as('daemon-set-controller'))]],
  ['job-controller', ({ as }) => [jobController(as('job-controller'))]],
  ['cronjob-controller', ({ as }) => [cronJobController(as('cronjob-controller'))]],
  ['endpoints-controller', ({ as }) => [endpointsController(as('endpoint-controller'))]],
  ['endpointslice-controller', ({ as }) => [endpointSliceController(as('endpointslice-controller'))]],
  ['endpointslice-mirroring-controller', ({ as }) => [endpointSliceMirroring(as('endpointslicemirroring-controller'))]],
  ['persistentvolume-binder-controller', ({ as }) => [volumeController(as('persistent-volume-binder'))]],
  ['service-lb-controller', ({ as }) => [loadBalancerController(as('service-controller'))]],
  ['horizontal-pod-autoscaler-controller', ({ as }) => [autoscalerController(as('horizontal-pod-autoscaler'))]],
  ['disruption-controller', ({ as }) => [disruptionBudgetController(as('disruption-controller'))]],
  ['pod-garbage-collector-controller', ({ as }) => [podCollector(as('pod-garbage-collector'))]],
  [
    'clusterrole-aggregation-controller',
    ({ as }) => [
      clusterRoleAggregation(as('clusterrole-aggregation-controller', 'clusterrole-aggregation-controller')),
    ],
  ],
  [
    'serviceaccount-token-controller',
    ({ as, rootCa, signToken }) =>
      signToken ? [accountTokenController(as('kube-controller-manager'), rootCa, signToken)] : [],
  ],
  [
    'certificatesigningrequest-signing-controller',
    ({ as, signer }) => (signer ? [certificateSigning(as('certificate-controller'), signer)] : []),
  ],
  ['garbage-collector-controller', ({ as }) => [new GarbageCollector(as('generic-garbage-collector')).controller()]],
  ['ttl-after-finished-controller', ({ as }) => [ttlAfterFinishedController(as('ttl-after-finished-controller'))]],
  ['ingress-controller', ({ as }) => [ingressController(as('ingress-controller'))]],
  ['persistentvolumeclaim-protection-controller', ({ as }) => [claimProtection(as('pvc-protection-controller'))]],
  ['persistentvolume-protection-controller', ({ as }) => [volumeProtection(as('pv-protection-controller'))]],
  ['persistentvolume-expander-controller', ({ as }) => [volumeExpansion(as('expand-controller'))]],
  ['ephemeral-volume-controller', ({ as }) => [ephemeralVolumes(as('ephemeral-volume-controller'))]],
  ['certificatesigningrequest-cleaner-controller', ({ as }) => [certificateCleaning(as('certificate-controller'))]],
  ['ttl-controller', ({ as }) => [nodeTtlController(as('ttl-controller'))]],
  [
    'certificatesigningrequest-approving-controller',
    ({ as, signer, allows }) =>
      signer && allows ? [certificateApproving(as('certificate-controller'), signer, allows)] : [],
  ],
  ['bootstrap-signer-controller', ({ as }) => [bootstrapSigner(as('bootstrap-signer'))]],
  ['token-cleaner-controller', ({ as }) => [tokenCleaner(as('token-cleaner'))]],
];

/** ReplicaSets and ReplicationControllers are kept by the same code, under the account of the former. */
const replicaSets = (as: ComponentWorld['as'], name: string): readonly Controller[] =>
  replicaSetControllers(as('replicaset-controller')).filter((one) => one.name === name);

export const components: readonly Component[] = [
  ...controllers.map(([name, make]) => ({ name, group: 'controller-manager' as const, make })),
  {
    name: 'kube-scheduler',
    group: 'scheduler',
    make: ({ as }) => [new Scheduler(as('kube-scheduler', 'kube-scheduler')).controller()],
  },
];
