import { humanDuration } from '../../lib/age.ts';
import { sizeText } from '../../lib/size-text.ts';
import { historyBytes } from '../../store/table-history.ts';
import { clockText, parseMoment } from '../state/moments.ts';
import { TableModel } from '../views/table-model.ts';
import { say } from '../words/say.ts';
import type { DashboardCommand } from './command.ts';

export const historyCommand: DashboardCommand = {
  names: ['at', 'past'],
  usage: '14:03 | -5m | live',
  about: 'show everything as it was then (also :@14:03)',
  complete: (_, args) => (args.length === 0 ? ['live', '-1m', '-5m', '-15m'] : []),
  run(host, { rest }) {
    const now = host.services.timing.now();
    if (rest !== '') return host.past.go(parseMoment(rest, now));
    const table = host.views().findLast((model) => model instanceof TableModel);
    if (!table) return;
    const { since, length, bytes } = table.store.history;
    host.toast(
      'info',
      say('Kept since {time} ({age}): {count} changes, {size} of {limit}. :@14:03 goes there, < and > step.', {
        time: clockText(since),
        age: humanDuration(Math.max(0, now - since)),
        count: length,
        size: sizeText(bytes),
        limit: sizeText(historyBytes),
      }),
    );
  },
};
