import { sizeText } from '../../../lib/size-text.ts';
import { budgetOf } from '../../state/budget.ts';
import { columns, type LocalTable, localResource, localRow } from './local-table.ts';

export const budgetResource = localResource('budget', 'budget', 'Budget');

const names = ['Name', 'Verb', 'Last minute', 'Total', 'Received', 'Open', 'Failed'];

/** What this dashboard asks of the API server, by kind and verb. */
export const budgetTable: LocalTable = {
  resource: budgetResource,
  open(services) {
    const budget = budgetOf(services);
    let stop: (() => void) | undefined;
    const rows = () =>
      budget.lines().map(({ kind, verb, recent, requests, bytes, open, failed }) => {
        const row = localRow(kind, [kind, verb, recent, requests, sizeText(bytes), open, failed]);
        // A kind has a row for each verb: the key is both.
        return { ...row, object: { ...row.object, metadata: { ...row.object.metadata, name: `${kind} ${verb}` } } };
      });
    return {
      source: {
        start(sink) {
          const tell = () => sink.replace(rows(), { columns: columns(...names), resourceVersion: '' });
          tell();
          sink.state({ phase: 'synced', since: services.timing.now() });
          stop = budget.subscribe(tell);
        },
        stop: () => stop?.(),
      },
      refOf: () => undefined,
    };
  },
};
