import type { KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { type Grant, grantsOf } from '../shared/access/grants.ts';
import type { Access } from '../shared/access/read-access.ts';
import type { Asked } from './explanation.ts';
import type { Refused } from './refusal.ts';

/** Who asks is in it, and it says nothing of them. */
export const EVERYBODY = 'system:authenticated';
/** Namespaces in which bindings let one do it; '' of the whole cluster is none, or there would be no refusal. */
export function placesOf(access: Access, { user, wanted, namespace }: Refused, groups: readonly string[]): string[] {
  const isMine = ({ subject: { kind, name, namespace: home } }: Grant): boolean => {
    if (kind === 'Group') return groups.includes(name);
    return user === (kind === 'User' ? name : `system:serviceaccount:${home}:${name}`);
  };
  const places = grantsOf(access, wanted)
    .filter(isMine)
    .map((grant) => grant.namespace ?? '');
  return [...new Set(places)].filter((place) => place !== '' && place !== namespace).sort();
}

/** The groups that the server counts one to: as it says, or as the command line and the account's name do. */
export async function groupsOf({ globals, signal }: Asked, user: string, { transport }: Cluster): Promise<string[]> {
  if (globals.as) {
    const asked = (globals['as-group'] ?? []) as readonly string[];
    const home = /^system:serviceaccount:([^:]+):/.exec(user)?.[1];
    const accounts = home === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${home}`];
    return [...asked, ...accounts, EVERYBODY];
  }
  const apiVersion = 'authentication.k8s.io/v1';
  const body = JSON.stringify({ apiVersion, kind: 'SelfSubjectReview' });
  try {
    const path = `/apis/${apiVersion}/selfsubjectreviews`;
    const { status } = await transport.json<KubeObject>({ method: 'POST', path, body, signal });
    return (status?.userInfo?.groups ?? []) as string[];
  } catch {
    return [];
  }
}
