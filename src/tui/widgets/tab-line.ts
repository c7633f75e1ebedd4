import type { Theme } from '../../theme/theme.ts';
import type { ThemeToken } from '../../theme/tokens.ts';
import type { Tab, Workspace } from '../state/workspace.ts';
import { crumbOf, joinPieces } from './chrome-lines.ts';

/** The tabs with their numbers; the one that is seen stands between signs that need no colour. */
export function tabLine({ tabs, active }: Workspace, width: number, theme: Theme): string {
  const pieces = tabs.flatMap((tab, index): [ThemeToken | undefined, string][] => {
    const text = `${index + 1} ${tabName(tab)}`;
    return [[undefined, ' '], index === active ? ['row.selected', `[${text}]`] : ['text.muted', ` ${text} `]];
  });
  return joinPieces(pieces, width, theme);
}

function tabName({ name, panes, focus }: Tab): string {
  if (name) return name;
  const pane = panes.find(({ id }) => id === focus)!;
  const model = pane.stack.at(-1);
  const crumb = model ? crumbOf(model) : '';
  return pane.namespace === undefined ? crumb : `${crumb} ${pane.namespace}`;
}
