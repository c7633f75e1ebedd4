import type { TableSnapshot } from '../../store/table-store.ts';
import type { Theme } from '../../theme/theme.ts';
import { errorLines, wrapWords } from './error-lines.ts';
import { kindName } from './local/local-table.ts';
import type { TableView } from './view.ts';

type Notice = (width: number, theme: Theme) => string[];

/** What stands in place of rows while there are none: loading, an error, or why the table is empty. Never a guess. */
export function tableNotice(snapshot: TableSnapshot, view: TableView): Notice | undefined {
  if (snapshot.visible > 0) return undefined;
  const { phase, error } = snapshot.state;
  if (error && snapshot.total === 0) return (width, theme) => errorLines(error, width, theme);
  const text = (line: string): Notice => {
    return (width, theme) => ['', ...wrapWords(line, width - 4).map((part) => `  ${theme.paint('text.muted', part)}`)];
  };
  const kind = kindName(view.resource);
  if (phase === 'connecting') return text(`Loading ${kind}…`);
  if (snapshot.total > 0 && (view.filter || view.faults)) {
    const why = [view.filter && `the filter "${view.filter}"`, view.faults && 'the fault filter (ctrl-z)'].filter(
      Boolean,
    );
    return text(`None of ${snapshot.total} ${kind} passes ${why.join(' and ')}. Esc clears the filter.`);
  }
  if (view.parent) return text(`${view.of} no longer exists. Esc goes back.`);
  const place = view.resource.namespaced && view.scope.namespace ? ` in namespace ${view.scope.namespace}` : '';
  return text(`No ${kind}${place}${view.of ? ` for ${view.of}` : ''}.${place ? ' 0 shows all namespaces.' : ''}`);
}
