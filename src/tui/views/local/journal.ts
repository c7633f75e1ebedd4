import type { TableRow } from '../../../api/meta.ts';
import type { Source } from '../../../api/source.ts';
import { ageSince } from '../../../lib/age.ts';
import { KctlError } from '../../../lib/errors.ts';
import type { DashboardServices } from '../../services.ts';
import { type LocalTable, loadedSource, localResource, localRow } from './local-table.ts';

/** What was changed by kctl on this machine, and can be taken back. */
export const journalResource = localResource('journal', 'change', 'Change', ['undo']);

interface Listed {
  id: number;
  time: string;
  context: string;
  state: string;
  objects: readonly string[];
  command: string;
}

function journalSource(services: DashboardServices): Source<TableRow> {
  return loadedSource(['Change', 'Ago', 'Context', 'State', 'Objects', 'Command'], async () => {
    const { code, stdout, stderr } = await services.run(['undo', '--list', '-o', 'json', '--limit=0']);
    if (code !== 0) throw new KctlError('input', stderr.trim());
    const now = services.timing.now();
    return (JSON.parse(stdout) as Listed[]).map(({ id, time, context, state, objects, command }) => {
      const [first = '', ...more] = objects;
      const what = more.length > 0 ? `${first} +${more.length}` : first;
      return localRow(String(id), [id, ageSince(time, now), context || '-', state, what, command]);
    });
  });
}

export const journalTable: LocalTable = {
  resource: journalResource,
  open: (services) => ({ source: journalSource(services) }),
  enter: (host, { name }) => host.command(`undo ${name}`),
};
