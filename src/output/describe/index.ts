import type { KubeObject } from '../../api/meta.ts';
import { groupResource, type ResourceInfo } from '../../api/resource.ts';
import type { DescribeFetch, Describer } from './fetch.ts';
import { withoutNulls } from './values.ts';

export type { DescribeFetch } from './fetch.ts';

const rbac = (resource: string) => `${resource}.rbac.authorization.k8s.io`;

/** One layout per kind, loaded when it is asked for. */
const describers: Readonly<Record<string, () => Promise<Describer>>> = {
  pods: async () => (await import('./pod.ts')).describePod,
  replicationcontrollers: async () => (await import('./replica-set.ts')).describeReplicationController,
  secrets: async () => (await import('./config.ts')).describeSecret,
  services: async () => (await import('./service.ts')).describeService,
  serviceaccounts: async () => (await import('./service-account.ts')).describeServiceAccount,
  nodes: async () => (await import('./node.ts')).describeNode,
  limitranges: async () => (await import('./limit-range.ts')).describeLimitRange,
  resourcequotas: async () => (await import('./quota.ts')).describeResourceQuota,
  persistentvolumes: async () => (await import('./persistent-volume.ts')).describePersistentVolume,
  persistentvolumeclaims: async () => (await import('./persistent-volume-claim.ts')).describePersistentVolumeClaim,
  namespaces: async () => (await import('./namespace.ts')).describeNamespace,
  endpoints: async () => (await import('./endpoints.ts')).describeEndpoints,
  configmaps: async () => (await import('./config.ts')).describeConfigMap,
  'deployments.apps': async () => (await import('./deployment.ts')).describeDeployment,
  'replicasets.apps': async () => (await import('./replica-set.ts')).describeReplicaSet,
  'statefulsets.apps': async () => (await import('./stateful-set.ts')).describeStatefulSet,
  'daemonsets.apps': async () => (await import('./daemon-set.ts')).describeDaemonSet,
  'jobs.batch': async () => (await import('./job.ts')).describeJob,
  'cronjobs.batch': async () => (await import('./job.ts')).describeCronJob,
  'endpointslices.discovery.k8s.io': async () => (await import('./endpoints.ts')).describeEndpointSlice,
  'horizontalpodautoscalers.autoscaling': async () => (await import('./autoscaler.ts')).describeHorizontalPodAutoscaler,
  'poddisruptionbudgets.policy': async () => (await import('./disruption-budget.ts')).describePodDisruptionBudget,
  'ingresses.networking.k8s.io': async () => (await import('./ingress.ts')).describeIngress,
  'ingressclasses.networking.k8s.io': async () => (await import('./ingress.ts')).describeIngressClass,
  'networkpolicies.networking.k8s.io': async () => (await import('./network-policy.ts')).describeNetworkPolicy,
  'servicecidrs.networking.k8s.io': async () => (await import('./service-network.ts')).describeServiceCidr,
  'ipaddresses.networking.k8s.io': async () => (await import('./service-network.ts')).describeIpAddress,
  'certificatesigningrequests.certificates.k8s.io': async () =>
    (await import('./signing-request.ts')).describeSigningRequest,
  'storageclasses.storage.k8s.io': async () => (await import('./storage.ts')).describeStorageClass,
  'volumeattributesclasses.storage.k8s.io': async () => (await import('./storage.ts')).describeVolumeAttributesClass,
  'csinodes.storage.k8s.io': async () => (await import('./storage.ts')).describeCsiNode,
  'priorityclasses.scheduling.k8s.io': async () => (await import('./storage.ts')).describePriorityClass,
  [rbac('roles')]: async () => (await import('./rbac.ts')).describeRole,
  [rbac('clusterroles')]: async () => (await import('./rbac.ts')).describeRole,
  [rbac('rolebindings')]: async () => (await import('./rbac.ts')).describeBinding,
  [rbac('clusterrolebindings')]: async () => (await import('./rbac.ts')).describeBinding,
};

/**
 * The text of `describe`, with a line feed at its end: kubectl's layout for the kinds that have one of
 * their own, every field for all others. Text of the cluster is escaped.
 * @throws what `fetch` throws for look-ups that the description cannot do without
 */
export async function describeObject(
  resource: ResourceInfo,
  object: KubeObject,
  fetch: DescribeFetch,
  now: number | Date,
  showEvents = true,
): Promise<string> {
  const key = groupResource(resource);
  const load = Object.hasOwn(describers, key) ? describers[key] : undefined;
  const context = { resource, fetch, nowMs: Number(now), showEvents };
  const text = load
    ? await (await load())(withoutNulls(object), context)
    : await (await import('./generic.ts')).describeGeneric(object, context);
  return text.toString();
}

/** What is left of a pod that is gone: the words of its absence and its events. Undefined where there are none. */
export async function describeGonePod(
  { namespace, name, failure }: { namespace: string; name: string; failure: string },
  fetch: DescribeFetch,
  now: number | Date,
): Promise<string | undefined> {
  const [{ eventsOfName, writeEventList }, { DescribeText }] = await Promise.all([
    import('./events.ts'),
    import('./text.ts'),
  ]);
  const events = await eventsOfName(name, namespace, fetch).catch(() => []);
  if (events.length === 0) return undefined;
  const out = new DescribeText();
  out.line(0, `Pod '${name}': error '${failure}', but found events.`);
  writeEventList(out, events, Number(now));
  return out.toString();
}
