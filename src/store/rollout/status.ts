import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';

/** One line of `rollout status`, without its line end. `done`: nothing more to wait for. */
export interface RolloutStatus {
  message: string;
  done: boolean;
}

const viewers: Readonly<Record<string, (object: KubeObject, revision: number) => RolloutStatus>> = {
  Deployment: deploymentStatus,
  DaemonSet: daemonSetStatus,
  StatefulSet: statefulSetStatus,
};

/**
 * What `kubectl rollout status` prints for this state of a workload (kubectl reference 3.7; the
 * first condition that holds decides).
 *
 * @param revision the revision to insist on (deployments only); 0 takes any
 * @throws KctlError when the rollout failed, is not of that revision, or the kind has no rollout
 */
export function rolloutStatusMessage(object: KubeObject, revision = 0): RolloutStatus {
  const viewer = viewers[object.kind];
  if (!viewer) {
    const group = object.apiVersion.includes('/') ? `.${object.apiVersion.split('/')[0]}` : '';
    throw new KctlError('usage', `no status viewer has been implemented for ${object.kind}${group}`);
  }
  return viewer(object, revision);
}

const waiting = (message: string): RolloutStatus => ({ message, done: false });
const finished = (message: string): RolloutStatus => ({ message, done: true });

function isObserved(object: KubeObject): boolean {
  return (object.metadata.generation ?? 0) <= (object.status?.observedGeneration ?? 0);
}

function deploymentStatus(object: KubeObject, revision: number): RolloutStatus {
  const name = JSON.stringify(object.metadata.name);
  const running = Number(object.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);
  if (revision > 0 && running !== revision) {
    throw new KctlError('input', `desired revision (${revision}) is different from the running revision (${running})`);
  }
  if (!isObserved(object)) return waiting('Waiting for deployment spec update to be observed...');
  if (isPastDeadline(object)) throw new KctlError('api', `deployment ${name} exceeded its progress deadline`);
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = object.status ?? {};
  const desired = object.spec?.replicas ?? 1;
  const begin = `Waiting for deployment ${name} rollout to finish:`;
  if (updatedReplicas < desired) {
    return waiting(`${begin} ${updatedReplicas} out of ${desired} new replicas have been updated...`);
  }
  if (replicas > updatedReplicas) {
    return waiting(`${begin} ${replicas - updatedReplicas} old replicas are pending termination...`);
  }
  if (availableReplicas < updatedReplicas) {
    return waiting(`${begin} ${availableReplicas} of ${updatedReplicas} updated replicas are available...`);
  }
  return finished(`deployment ${name} successfully rolled out`);
}

/** True when the deployment controller gave up waiting (`spec.progressDeadlineSeconds`). */
export function isPastDeadline(object: KubeObject): boolean {
  const conditions: { type: string; reason?: string }[] = object.status?.conditions ?? [];
  return conditions.some((c) => c.type === 'Progressing' && c.reason === 'ProgressDeadlineExceeded');
}

function requireRollingUpdate(object: KubeObject): void {
  if ((object.spec?.updateStrategy?.type ?? 'RollingUpdate') !== 'RollingUpdate') {
    throw new KctlError('usage', 'rollout status is only available for RollingUpdate strategy type');
  }
}

function daemonSetStatus(object: KubeObject): RolloutStatus {
  requireRollingUpdate(object);
  const name = JSON.stringify(object.metadata.name);
  if (!isObserved(object)) return waiting('Waiting for daemon set spec update to be observed...');
  const { updatedNumberScheduled = 0, desiredNumberScheduled = 0, numberAvailable = 0 } = object.status ?? {};
  const begin = `Waiting for daemon set ${name} rollout to finish:`;
  if (updatedNumberScheduled < desiredNumberScheduled) {
    return waiting(`${begin} ${updatedNumberScheduled} out of ${desiredNumberScheduled} new pods have been updated...`);
  }
  if (numberAvailable < desiredNumberScheduled) {
    return waiting(`${begin} ${numberAvailable} of ${desiredNumberScheduled} updated pods are available...`);
  }
  return finished(`daemon set ${name} successfully rolled out`);
}

function statefulSetStatus(object: KubeObject): RolloutStatus {
  requireRollingUpdate(object);
  const status = object.status ?? {};
  if (!status.observedGeneration || !isObserved(object)) {
    return waiting('Waiting for statefulset spec update to be observed...');
  }
  const desired = object.spec?.replicas ?? 1;
  const { readyReplicas = 0, updatedReplicas = 0, currentReplicas = 0 } = status;
  if (readyReplicas < desired) return waiting(`Waiting for ${desired - readyReplicas} pods to be ready...`);
  const rolling = object.spec?.updateStrategy?.rollingUpdate;
  if (rolling) {
    const wanted = desired - (rolling.partition ?? 0);
    if (rolling.partition !== undefined && updatedReplicas < wanted) {
      return waiting(
        `Waiting for partitioned roll out to finish: ${updatedReplicas} out of ${wanted} new pods have been updated...`,
      );
    }
    return finished(`partitioned roll out complete: ${updatedReplicas} new pods have been updated...`);
  }
  if (status.updateRevision !== status.currentRevision) {
    return waiting(
      `waiting for statefulset rolling update to complete ${updatedReplicas} pods at revision ${status.updateRevision}...`,
    );
  }
  return finished(
    `statefulset rolling update complete ${currentReplicas} pods at revision ${status.currentRevision}...`,
  );
}
