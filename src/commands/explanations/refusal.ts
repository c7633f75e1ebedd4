import type { Permission } from '../../api/rbac.ts';

/** What was refused, as the server words it (apiserver, `Forbidden` of the filters). */
export interface Refused {
  user: string;
  wanted: Permission;
  /** '' at the scope of the cluster. */
  namespace: string;
}

const RESOURCE =
  /User "(.*?)" cannot (\S+) resource "([^"]*)" in API group "([^"]*)" (?:in the namespace "([^"]*)"|at the cluster scope)/s;
const PATH = /User "(.*?)" cannot (\S+) path "([^"]*)"/s;
const NAME = /^\S+ "([^"]+)" is forbidden/;

export function readRefusal(message: string): Refused | undefined {
  const path = PATH.exec(message);
  if (path) return { user: path[1]!, wanted: { verb: path[2]!, path: path[3]! }, namespace: '' };
  const found = RESOURCE.exec(message);
  if (!found) return undefined;
  const [, user = '', verb = '', full = '', group = '', namespace = ''] = found;
  const [resource = '', subresource] = full.split('/');
  const name = NAME.exec(message)?.[1];
  return {
    user,
    wanted: { verb, group, resource, ...(subresource ? { subresource } : {}), ...(name ? { name } : {}) },
    namespace,
  };
}
