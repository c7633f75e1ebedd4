import { accessResource, bindingsOf, bindingWishes, readSubject, type Subject, subjectText } from './access.ts';
import { type DerivedRow, derivedTable } from './derived-table.ts';
import { namedColumns } from './load.ts';
import { type LocalTable, localResource, type OpeningHost } from './local-table.ts';

export const usersResource = localResource('users', 'user', 'User');
export const groupsResource = localResource('groups', 'group', 'Group');

const subjectColumns = namedColumns('Name', 'Bindings', 'Where', 'Roles');

/** What somebody may do, as a table over the current one. */
export function openAccess(host: OpeningHost, subject: Subject): void {
  const of = subjectText(subject);
  host.openTable({ resource: accessResource, argument: of, scope: {}, of });
}

/** Everybody of a kind that bindings name. The API has no list of its own. */
function subjectsTable(resource: LocalTable['resource'], kind: Subject['kind']): LocalTable {
  return {
    resource,
    open: (services) =>
      derivedTable(services, {
        columns: subjectColumns,
        kinds: bindingWishes,
        rows(live) {
          const bound = bindingsOf(live).flatMap(({ namespace, binding }) =>
            binding.subjects
              .filter((subject) => subject.kind === kind)
              .map((subject) => ({ subject, where: namespace ?? 'everywhere', role: binding.role.name })),
          );
          return [...Map.groupBy(bound, ({ subject }) => subjectText(subject))].map(([id, bindings]): DerivedRow => {
            const distinct = (values: string[]) => [...new Set(values)].sort().join(',');
            const where = distinct(bindings.map((one) => one.where));
            const roles = distinct(bindings.map((one) => one.role));
            return { id, cells: [bindings[0]!.subject.name, bindings.length, where, roles] };
          });
        },
      }),
    enter(host, { name }) {
      const subject = readSubject(name);
      if (subject) openAccess(host, subject);
    },
  };
}

export const usersTable = subjectsTable(usersResource, 'User');
export const groupsTable = subjectsTable(groupsResource, 'Group');
