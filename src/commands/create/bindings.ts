import { KctlError } from '../../lib/errors.ts';
import { creationCommand } from './creation.ts';
import { roleRef, subjectFlags, subjectsOf } from './rbac-flags.ts';

/** `kctl create rolebinding`. */
export const createRoleBindingCommand = creationCommand({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  flags: [
    { name: 'clusterrole', type: 'string', default: '', describe: 'Cluster role to bind.' },
    ...subjectFlags,
    { name: 'role', type: 'string', default: '', describe: 'Role to bind.' },
  ],
  failure: 'failed to create rolebinding: ',
  check({ name, flags }) {
    if (name === '') throw new KctlError('usage', 'name must be specified');
    if ((flags.clusterrole === '') === (flags.role === '')) {
      throw new KctlError('usage', 'exactly one of clusterrole or role must be specified');
    }
  },
  make: ({ name, flags }) => ({
    metadata: { name },
    roleRef: flags.role === '' ? roleRef('ClusterRole', flags.clusterrole) : roleRef('Role', flags.role),
    subjects: subjectsOf(flags),
  }),
});

/** `kctl create clusterrolebinding`. */
export const createClusterRoleBindingCommand = creationCommand({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  flags: [{ name: 'clusterrole', type: 'string', default: '', describe: 'Cluster role to bind.' }, ...subjectFlags],
  required: ['clusterrole'],
  failure: 'failed to create clusterrolebinding: ',
  make: ({ name, flags }) => ({
    metadata: { name },
    roleRef: roleRef('ClusterRole', flags.clusterrole),
    subjects: subjectsOf(flags),
  }),
});
