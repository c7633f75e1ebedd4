import type { KubeObject, OwnerReference } from '../../api/meta.ts';

const controllerOf = ({ metadata }: KubeObject): OwnerReference | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller) ?? metadata.ownerReferences?.[0];

/**
 * What keeps a pod, as one would name it: `deployment/web`, `cronjob/report`, `pod/web-1`. That a replica set is a
 * deployment's is seen in the hash that deployments put into labels and names.
 * @param jobs those of the pods, to see which are of cron jobs
 */
export function workloadOf(pod: KubeObject, jobs: readonly KubeObject[]): string {
  const owner = controllerOf(pod);
  if (!owner) return `pod/${pod.metadata.name}`;
  const hash = pod.metadata.labels?.['pod-template-hash'];
  if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`))
    return `deployment/${owner.name.slice(0, -hash.length - 1)}`;
  if (owner.kind === 'Job') {
    const above = jobs.map((job) => (job.metadata.uid === owner.uid ? controllerOf(job) : undefined)).find(Boolean);
    if (above) return `${above.kind.toLowerCase()}/${above.name}`;
  }
  return `${owner.kind.toLowerCase()}/${owner.name}`;
}
