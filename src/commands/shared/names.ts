import type { KubeObject } from '../../api/meta.ts';
import type { ResourceInfo } from '../../api/resource.ts';
import { pathSegmentProblem } from '../../kube/path-segment.ts';
import { KctlError } from '../../lib/errors.ts';

/** `pod` or `deployment.apps`: the kind in front of a name in messages, tables and `-o name`. */
export function kindName({ kind, group }: Pick<ResourceInfo, 'kind' | 'group'>): string {
  return group ? `${kind.toLowerCase()}.${group}` : kind.toLowerCase();
}

/** `deployment.apps/web`. */
export function objectName(resource: Pick<ResourceInfo, 'kind' | 'group'>, object: KubeObject): string {
  return `${kindName(resource)}/${object.metadata.name || '<unknown>'}`;
}

/** @throws KctlError `usage` for a name that no URL could hold, in kubectl's words */
export function checkResourceName(name: string): void {
  const problem = pathSegmentProblem(name);
  if (problem) throw new KctlError('usage', `invalid resource name "${name}": [${problem}]`);
}

/** kubectl's three lines that say which object a failure is about. */
export function describeTarget(resource: ResourceInfo, object: KubeObject): string {
  const { name = '', namespace = '' } = object.metadata;
  // Core kinds are found without a version (manifests.ts), but are served as v1.
  const groupVersion = `${resource.group}/${resource.version || 'v1'}`;
  return `Resource: "${groupVersion}, Resource=${resource.plural}", GroupVersionKind: "${groupVersion}, Kind=${resource.kind}"\nName: "${name}", Namespace: "${namespace}"`;
}
