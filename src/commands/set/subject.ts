import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { objectSelectionFlags } from '../shared/select-objects.ts';
import { readTargets } from './read-targets.ts';
import type { SetTarget } from './targets.ts';
import { changeObjects, type WriteOptions, writeFlags } from './update.ts';

const rbac = 'rbac.authorization.k8s.io';

interface Subject {
  kind: string;
  apiGroup?: string;
  name: string;
  namespace?: string;
}

interface SubjectOptions extends WriteOptions {
  targets: readonly SetTarget[];
  subjects: readonly Subject[];
}

/** `kctl set subject`: adds users, groups and service accounts to bindings. */
export const setSubjectCommand = defineCommand<SubjectOptions>({
  flags: [
    ...objectSelectionFlags('the objects to change', ['all', 'selector', 'where']),
    { name: 'group', type: 'stringArray', default: [], describe: 'A group to bind to the role.' },
    {
      name: 'serviceaccount',
      type: 'stringArray',
      default: [],
      describe: 'A service account to bind to the role: namespace:name.',
    },
    { name: 'user', type: 'stringArray', default: [], describe: 'A user to bind to the role.' },
    ...writeFlags,
  ],
  async complete({ args, flags }, context) {
    const { write, targets, isLocal } = await readTargets(args, flags, context);
    const [users, groups, accounts] = ['user', 'group', 'serviceaccount'].map((name) => distinct(flags[name]));
    if (users!.length + groups!.length + accounts!.length === 0) {
      throw new KctlError('usage', 'you must specify at least one value of user, group or serviceaccount');
    }
    for (const account of flags.serviceaccount as readonly string[]) checkAccount(account, targets);
    const namespace = accounts!.length === 0 || isLocal ? 'default' : (await context.connect()).namespace;
    const subjects = [
      ...users!.map((name) => ({ kind: 'User', apiGroup: rbac, name })),
      ...groups!.map((name) => ({ kind: 'Group', apiGroup: rbac, name })),
      ...accounts!.map((account) => {
        const [space, name = ''] = account.split(':');
        return { kind: 'ServiceAccount', name, namespace: space || namespace };
      }),
    ];
    return { ...write, targets, subjects };
  },
  async run({ targets, subjects, ...write }, context) {
    const change = {
      operation: 'subjects updated',
      refusal: 'failed to patch subjects to rolebinding: ',
      apply: (object: SetTarget['object']) => addSubjects(object, subjects),
    };
    await changeObjects(targets, change, write, context);
  },
});

function distinct(value: unknown): string[] {
  return [...new Set(value as readonly string[])].sort();
}

/** @throws KctlError `usage` */
function checkAccount(account: string, targets: readonly SetTarget[]): void {
  const parts = account.split(':');
  if (parts.length !== 2 || parts[1] === '') {
    throw new KctlError('usage', 'serviceaccount must be <namespace>:<name>');
  }
  if (parts[0] === '' && targets.some(({ object }) => object.kind === 'ClusterRoleBinding')) {
    throw new KctlError('usage', 'serviceaccount must be <namespace>:<name>, namespace must be specified');
  }
}

function addSubjects(object: SetTarget['object'], subjects: readonly Subject[]): boolean {
  if (object.kind !== 'RoleBinding' && object.kind !== 'ClusterRoleBinding') {
    throw new KctlError('input', 'setting subjects is only supported for RoleBinding/ClusterRoleBinding');
  }
  const present = (object.subjects ?? []) as readonly Subject[];
  const missing = subjects.filter((subject) => !present.some((one) => isSame(one, subject)));
  if (missing.length === 0) return false;
  object.subjects = [...present, ...missing];
  return true;
}

function isSame(one: Subject, other: Subject): boolean {
  const text = ({ kind, apiGroup = '', name, namespace = '' }: Subject) => [kind, apiGroup, name, namespace].join('\n');
  return text(one) === text(other);
}
