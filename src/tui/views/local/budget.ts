import { sizeText } from '../../../lib/size-text.ts';
import { type BudgetCap, type BudgetSnapshot, budgetOf, heldText } from '../../state/budget.ts';
import { say } from '../../words/say.ts';
import { columns, type LocalTable, localResource, localRow } from './local-table.ts';

export const budgetResource = localResource('budget', 'budget', 'Budget');

const names = ['View', 'Name', 'Verb', 'Last minute', 'Received/min', 'Total', 'Received', 'Open', 'Failed'];

/** What this dashboard asks of the API server: by view, kind and verb. */
export const budgetTable: LocalTable = {
  resource: budgetResource,
  open(services) {
    const budget = budgetOf(services);
    let stop: (() => void) | undefined;
    const rows = () =>
      budget.lines().map(({ view, kind, verb, recent, recentBytes, requests, bytes, open, failed }) =>
        // A view has a row for each kind and verb: the key is all three.
        localRow(`${view} ${kind} ${verb}`, [
          ...[view || '-', kind, verb, recent, sizeText(recentBytes)],
          ...[requests, sizeText(bytes), open, failed],
        ]),
      );
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
      notes: () => spentNotes(budget.getSnapshot()),
    };
  },
};

/** `12 of 600 requests/min`: how much of the cap is used, where there is one. */
function spentNotes({ requests, bytes, cap, over }: BudgetSnapshot): string[] {
  if (!cap) return [say('no cap is set')];
  const { requestsPerMinute, bytesPerMinute }: BudgetCap = cap;
  return [
    ...(requestsPerMinute === undefined
      ? []
      : [say('{used} of {most} requests/min', { used: requests, most: requestsPerMinute })]),
    ...(bytesPerMinute === undefined
      ? []
      : [say('{used} of {most}/min received', { used: sizeText(bytes), most: sizeText(bytesPerMinute) })]),
    ...(over ? [heldText()] : []),
  ];
}
