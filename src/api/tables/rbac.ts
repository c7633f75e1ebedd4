import type { KubeObject } from '../meta.ts';
import { age, createdAtPrinter, printer, type TablePrinter } from './define.ts';

interface Subject {
  kind: string;
  name: string;
  namespace?: string;
}

function subjects(binding: KubeObject, kind: string): string {
  return ((binding.subjects ?? []) as Subject[])
    .filter((subject) => subject.kind === kind)
    .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
    .join(', ');
}

const bindings = printer('Name | Role | Age | Users* | Groups* | ServiceAccounts*', (o, now) => [
  o.metadata.name,
  `${o.roleRef?.kind ?? ''}/${o.roleRef?.name ?? ''}`,
  age(o, now),
  subjects(o, 'User'),
  subjects(o, 'Group'),
  subjects(o, 'ServiceAccount'),
]);

export const rbacTables: Readonly<Record<string, TablePrinter>> = {
  'roles.rbac.authorization.k8s.io': createdAtPrinter,
  'clusterroles.rbac.authorization.k8s.io': createdAtPrinter,
  'rolebindings.rbac.authorization.k8s.io': bindings,
  'clusterrolebindings.rbac.authorization.k8s.io': bindings,
};
