import type { TableSnapshot } from '../../store/table-store.ts';
import type { Theme } from '../../theme/theme.ts';
import { say } from '../words/say.ts';
import { errorLines, wrapWords } from './error-lines.ts';
import { kindName } from './local/local-table.ts';
import type { TableView } from './view.ts';

type Notice = (width: number, theme: Theme) => string[];

/** What stands in place of rows while there are none: loading, an error, or why the table is empty. Never a guess. */
export function tableNotice(snapshot: TableSnapshot, view: TableView): Notice | undefined {
  if (snapshot.visible > 0) return undefined;
  const { phase, error } = snapshot.state;
  if (error && snapshot.total === 0) return (width, theme) => errorLines(error, width, theme);
  const notice = (template: string, values: Readonly<Record<string, string | number>>): Notice => {
    const line = say(template, values);
    return (width, theme) => ['', ...wrapWords(line, width - 4).map((part) => `  ${theme.paint('text.muted', part)}`)];
  };
  const kind = kindName(view.resource);
  const { filter, faults, of, scope, parent } = view;
  const { total } = snapshot;
  if (phase === 'connecting') return notice('Loading {kind}…', { kind });
  if (total > 0 && filter && faults) {
    return notice(
      'None of {total} {kind} passes the filter "{filter}" and the fault filter (ctrl-z). Esc clears the filter.',
      {
        total,
        kind,
        filter,
      },
    );
  }
  if (total > 0 && filter) {
    return notice('None of {total} {kind} passes the filter "{filter}". Esc clears the filter.', {
      total,
      kind,
      filter,
    });
  }
  if (total > 0 && faults) {
    return notice('None of {total} {kind} passes the fault filter (ctrl-z). Esc clears the filter.', { total, kind });
  }
  if (parent) return notice('{of} no longer exists. Esc goes back.', { of: of ?? parent.name });
  const namespace = view.resource.namespaced ? scope.namespace : undefined;
  if (namespace && of)
    return notice('No {kind} in namespace {namespace} for {of}. 0 shows all namespaces.', { kind, namespace, of });
  if (namespace) return notice('No {kind} in namespace {namespace}. 0 shows all namespaces.', { kind, namespace });
  return of ? notice('No {kind} for {of}.', { kind, of }) : notice('No {kind}.', { kind });
}
