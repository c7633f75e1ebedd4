import { groupResource } from '../../../api/resource.ts';
import type { ObjectRef } from '../../views/view.ts';
import type { ActionHost } from '../action.ts';

const revisionAnnotation = 'deployment.kubernetes.io/revision';
/** What a controller adds to the template that it copies. */
const hashLabel = 'pod-template-hash';

interface Template {
  metadata?: { labels?: Record<string, string> };
  $patch?: string;
}

/**
 * The pod template that a workload had in a revision: of a deployment its replica set's, of others what
 * their controller revision keeps.
 * @returns undefined where the revision is not there any more
 */
export async function templateOf(host: ActionHost, target: ObjectRef, revision: string): Promise<Template | undefined> {
  const isDeployment = groupResource(target.resource) === 'deployments.apps';
  const { services } = host;
  const [resource, owner] = await Promise.all([
    host.resolveKind(isDeployment ? 'replicasets.apps' : 'controllerrevisions.apps'),
    services.get(target.resource, target.namespace, target.name),
  ]);
  const all = await services.list(resource, target.namespace === undefined ? {} : { namespace: target.namespace });
  const own = all.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid));
  if (!isDeployment) {
    const { $patch: _, ...template } = own.find((one) => String(one.revision) === revision)?.data?.spec?.template ?? {};
    return Object.keys(template).length > 0 ? template : undefined;
  }
  const set = own.find(({ metadata }) => metadata.annotations?.[revisionAnnotation] === revision);
  const template = set?.spec?.template as Template | undefined;
  if (!template) return undefined;
  const { [hashLabel]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}
