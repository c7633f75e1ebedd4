import type { TableRow } from '../../../api/meta.ts';
import { KctlError } from '../../../lib/errors.ts';
import type { DashboardServices } from '../../services.ts';
import { readSubject, type Subject, subjectText } from './access.ts';
import { type LocalTable, loadedSource, localResource, localRow } from './local-table.ts';
import { openAccess } from './subjects.ts';

export const whoCanResource = localResource('who-can', 'who-can', 'WhoCan');

interface Grant {
  subject: Subject;
  namespace?: string;
  binding: { name: string };
  role: { kind: string; name: string };
}

/** What `kctl auth who-can VERB RESOURCE` says. */
async function grantRows(
  services: DashboardServices,
  line: string,
  namespace: string | undefined,
): Promise<TableRow[]> {
  const where = namespace === undefined ? ['-A'] : ['-n', namespace];
  const { code, stdout, stderr } = await services.run([
    'auth',
    'who-can',
    ...line.split(/\s+/),
    ...where,
    '-o',
    'json',
  ]);
  if (code !== 0) throw new KctlError('input', stderr.trim().replace(/^error: /, ''));
  const { grants = [] } = JSON.parse(stdout) as { grants?: Grant[] };
  return grants.map(({ subject, namespace: place, binding, role }) => {
    const where = place ?? 'everywhere';
    const cells = [
      subject.name,
      subject.kind,
      subject.namespace ?? '',
      where,
      binding.name,
      `${role.kind}/${role.name}`,
    ];
    return localRow(`${subjectText(subject)} ${where} ${binding.name} ${role.name}`, cells);
  });
}

/** `:who-can delete pods`: everybody who may. */
export const whoCanTable: LocalTable = {
  resource: whoCanResource,
  open: (services, { argument, scope }) =>
    argument === undefined
      ? undefined
      : {
          source: loadedSource(['Name', 'Kind', 'Of', 'Where', 'Binding', 'Role'], () =>
            grantRows(services, argument, scope.namespace),
          ),
        },
  enter(host, { cells }) {
    const [name, kind, namespace] = cells.map(String) as [string, Subject['kind'], string];
    const subject = readSubject(subjectText({ kind, name, namespace }));
    if (subject) openAccess(host, subject);
  },
};
