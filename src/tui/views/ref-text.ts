import { groupResource } from '../../api/resource.ts';
import type { ObjectRef } from './view.ts';

/** `deployments.apps shop/web`, `nodes kind-1`. */
export function refText(ref: ObjectRef): string {
  return `${groupResource(ref.resource)} ${ref.namespace ? `${ref.namespace}/` : ''}${ref.name}`;
}

/** `deploy/web`, as a command line names it: kind and group, so that it is nothing else. */
export function refArgument(ref: ObjectRef): string {
  return `${groupResource(ref.resource)}/${ref.name}`;
}
