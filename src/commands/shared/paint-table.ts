import { cellMeanings } from '../../api/cell-meaning.ts';
import type { OwnColumn, TablePaint } from '../../output/table.ts';
import { meaningTokens } from '../../theme/meaning-tokens.ts';
import type { Theme } from '../../theme/theme.ts';
import type { ThemeToken } from '../../theme/tokens.ts';

const ownTokens: Readonly<Record<Exclude<OwnColumn, 'event'>, ThemeToken>> = {
  context: 'accent',
  namespace: 'view.scope',
  label: 'text.muted',
};

const eventTokens: Readonly<Record<string, ThemeToken>> = {
  ADDED: 'status.ok',
  MODIFIED: 'status.progress',
  DELETED: 'status.error',
  ERROR: 'status.error',
};

/**
 * Colours a table by what its cells mean.
 * @param kind of its objects (`Pod`)
 */
export function tablePaint(theme: Theme, kind: string | undefined): TablePaint {
  return {
    header: (text) => theme.paint('table.header', text),
    rows(columns) {
      const meanings = cellMeanings(columns, kind);
      return (row) => {
        const meaning = meanings({ cells: row.cells, deletionTimestamp: row.object?.metadata?.deletionTimestamp });
        return {
          cell(index, text, prefix) {
            const token = meaningTokens[meaning(index)];
            const rest = text.slice(prefix.length);
            return theme.paint('view.title', prefix) + (token ? theme.paint(token, rest) : rest);
          },
          own(column, text) {
            if (column !== 'event') return theme.paint(ownTokens[column], text);
            const token = eventTokens[text.trimEnd()];
            return token ? theme.paint(token, text) : text;
          },
        };
      };
    },
  };
}
