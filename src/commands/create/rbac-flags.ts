import { KctlError } from '../../lib/errors.ts';
import type { FlagSpec, FlagValues } from '../command.ts';

const group = 'rbac.authorization.k8s.io';

/** Who a binding is for. */
export const subjectFlags: readonly FlagSpec[] = [
  { name: 'group', type: 'stringArray', default: [], describe: 'Group to bind; may be repeated.' },
  {
    name: 'serviceaccount',
    type: 'stringArray',
    default: [],
    describe: 'Service account to bind: NAMESPACE:NAME; may be repeated.',
  },
  { name: 'user', type: 'stringArray', default: [], describe: 'User to bind; may be repeated.' },
];

/** @throws KctlError `usage` for a service account without its namespace */
export function subjectsOf(flags: FlagValues): object[] {
  const named = (flag: string, kind: string) =>
    (flags[flag] as readonly string[]).map((name) => ({ kind, apiGroup: group, name }));
  const accounts = (flags.serviceaccount as readonly string[]).map((account) => {
    const [namespace, name, ...more] = account.split(':');
    if (!namespace || !name || more.length > 0) {
      throw new KctlError('usage', 'serviceaccount must be <namespace>:<name>');
    }
    return { kind: 'ServiceAccount', name, namespace };
  });
  return [...named('user', 'User'), ...named('group', 'Group'), ...accounts];
}

export function roleRef(kind: 'Role' | 'ClusterRole', name: unknown) {
  return { apiGroup: group, kind, name };
}
