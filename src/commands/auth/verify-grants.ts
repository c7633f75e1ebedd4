import type { KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { inOrder } from '../../lib/in-order.ts';
import type { Grant } from '../shared/access/grants.ts';
import type { AccessScope, Subject } from '../shared/access/read-access.ts';
import type { Question } from './question.ts';

/** A grant, and what the server itself says of it where it was asked. */
export interface Answer extends Grant {
  isConfirmed?: boolean;
}

/** Reviews that are under way at a time. */
const AT_ONCE = 8;

const same = ({ kind, name, namespace = '' }: Subject): string => JSON.stringify([kind, namespace, name]);

/** Asks the server itself: it may know of more than RBAC, or have other rules by now. */
export async function verified(
  grants: readonly Grant[],
  { wanted }: Question,
  scope: AccessScope,
  { transport }: Cluster,
  signal: AbortSignal,
): Promise<Answer[]> {
  const apiVersion = 'authorization.k8s.io/v1';
  const review = async ({ subject, namespace: own }: Grant): Promise<boolean> => {
    const namespace = own ?? (scope.in === 'namespace' ? scope.namespace : undefined);
    const { path, verb, ...rest } = wanted;
    const asked =
      path === undefined
        ? { resourceAttributes: { verb, ...rest, ...(namespace === undefined ? {} : { namespace }) } }
        : { nonResourceAttributes: { verb, path } };
    const body = { apiVersion, kind: 'SubjectAccessReview', spec: { ...whoIs(subject), ...asked } };
    const answer = await transport.json<KubeObject>({
      method: 'POST',
      path: `/apis/${apiVersion}/subjectaccessreviews`,
      body: JSON.stringify(body),
      signal,
    });
    return answer.status?.allowed === true;
  };
  const distinct = [
    ...new Map(grants.map((grant) => [`${same(grant.subject)} ${grant.namespace ?? ''}`, grant])).entries(),
  ];
  const answers = new Map<string, boolean>();
  let at = 0;
  for await (const result of inOrder(distinct, AT_ONCE, ([, grant]) => review(grant))) {
    if (result.status === 'rejected') throw result.reason;
    answers.set(distinct[at++]![0], result.value);
  }
  return grants.map((grant) => ({
    ...grant,
    isConfirmed: answers.get(`${same(grant.subject)} ${grant.namespace ?? ''}`) === true,
  }));
}

/** Service accounts are users with groups of their own (Authentication, "Service account tokens"). */
function whoIs({ kind, name, namespace = '' }: Subject): { user?: string; groups?: string[] } {
  if (kind === 'User') return { user: name };
  if (kind === 'Group') return { groups: [name] };
  return {
    user: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}
