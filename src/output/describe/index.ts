import type { KubeObject } from '../../api/meta.ts';
import { groupResource, type ResourceInfo } from '../../api/resource.ts';
import type { DescribeFetch, Describer } from './fetch.ts';
import { describeGeneric } from './generic.ts';

export type { DescribeFetch } from './fetch.ts';

/** One file per kind, loaded when it is asked for. */
const describers: Readonly<Record<string, () => Promise<Describer>>> = {
  pods: async () => (await import('./pod.ts')).describePod,
  'deployments.apps': async () => (await import('./deployment.ts')).describeDeployment,
  'replicasets.apps': async () => (await import('./replica-set.ts')).describeReplicaSet,
  'statefulsets.apps': async () => (await import('./stateful-set.ts')).describeStatefulSet,
  'daemonsets.apps': async () => (await import('./daemon-set.ts')).describeDaemonSet,
  'jobs.batch': async () => (await import('./job.ts')).describeJob,
  'cronjobs.batch': async () => (await import('./job.ts')).describeCronJob,
  services: async () => (await import('./service.ts')).describeService,
  nodes: async () => (await import('./node.ts')).describeNode,
  configmaps: async () => (await import('./config.ts')).describeConfigMap,
  secrets: async () => (await import('./config.ts')).describeSecret,
  'roles.rbac.authorization.k8s.io': async () => (await import('./rbac.ts')).describeRole,
  'clusterroles.rbac.authorization.k8s.io': async () => (await import('./rbac.ts')).describeRole,
  'rolebindings.rbac.authorization.k8s.io': async () => (await import('./rbac.ts')).describeBinding,
  'clusterrolebindings.rbac.authorization.k8s.io': async () => (await import('./rbac.ts')).describeBinding,
};

/**
 * The text of `describe`, with a line feed at its end: kubectl's layout for the kinds that have one of
 * their own, every field for all others. Text of the cluster is escaped.
 */
export async function describeObject(
  resource: ResourceInfo,
  object: KubeObject,
  fetch: DescribeFetch,
  now: number | Date,
): Promise<string> {
  const key = groupResource(resource);
  const describe = Object.hasOwn(describers, key) ? await describers[key]?.() : undefined;
  return (describe ?? describeGeneric)(object, { resource, fetch, nowMs: Number(now) });
}
