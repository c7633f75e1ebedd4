import { textWidth } from '../../lib/text-width.ts';
import type { Theme } from '../../theme/theme.ts';
import type { PaneRect } from '../layout/layout.ts';
import { activeTab } from '../state/workspace.ts';
import { shownTitle, troubleOf } from '../views/freshness.ts';
import type { ViewModel } from '../views/view-model.ts';
import { hintLine, statusLine, titleLine } from '../widgets/chrome-lines.ts';
import { headerFacts } from '../widgets/header-facts.ts';
import { headerLines, pastText } from '../widgets/header-lines.ts';
import { tabLine } from '../widgets/tab-line.ts';
import { plainLine } from './sgr-runs.ts';
import type { Shown } from './shown.ts';

/** `line`, which may be painted, as wide as `width`. */
function fill(line: string, width: number): string {
  return line + ' '.repeat(Math.max(0, width - textWidth(plainLine(line))));
}

/**
 * The whole screen as the dashboard would draw it in its size, without a terminal: one painted string a
 * row. Dialogs and the line that is typed are not part of it. Empty where the screen is too small.
 */
export function frameLines(dashboard: Shown): string[] {
  const layout = dashboard.layout();
  const { theme, stack } = dashboard.getSnapshot();
  const { workspace } = dashboard;
  if (!layout || stack.length === 0) return [];
  const { past } = dashboard;
  const { timing } = dashboard.services;
  const connection = dashboard.connection();
  const header = headerLines(headerFacts(dashboard), layout.header.width, layout.header.height, theme);
  const tabs = layout.tabs.height > 0 ? [tabLine(workspace, layout.tabs.width, theme)] : [];
  const { panes, focus } = activeTab(workspace);
  const main = Array.from({ length: layout.main.height }, () => '');
  // In reading order, so that each row of the screen grows from the left.
  for (const place of [...layout.panes].sort((a, b) => a.title.x - b.title.x)) {
    const pane = panes.find(({ id }) => id === place.id) ?? panes.find(({ id }) => id === focus)!;
    const focused = panes.length > 1 ? pane.id === focus : undefined;
    paneLines(pane.stack, place, { theme, focused, past }).forEach((line, row) => {
      const y = place.title.y - layout.main.y + row;
      const before = main[y]!;
      const left = place.title.x > 0 ? `${fill(before, place.title.x - 1)}${theme.paint('border', '│')}` : '';
      main[y] = left + line;
    });
  }
  const trouble = pastText(past.at, timing.now()) ?? troubleOf(connection, stack.at(-1)!);
  const status = layout.status.height > 0 ? [statusLine(stack, undefined, trouble, layout.status.width, theme)] : [];
  const model = stack.at(-1)!;
  const hints = hintLine({ host: dashboard, model, target: model.target() }, layout.footer.width, theme);
  return [...header, ...tabs, ...main, ...status, hints];
}

function paneLines(
  stack: readonly ViewModel[],
  { title, body }: PaneRect,
  { theme, focused, past }: { theme: Theme; focused: boolean | undefined; past: Shown['past'] },
): string[] {
  const model = stack.at(-1)!;
  // The body first: only then does the title know how much of it is on the screen.
  const lines = model.lines(body.width, body.height, theme);
  const painted = titleLine(shownTitle(stack, past), title.width, theme, focused);
  return [painted, ...Array.from({ length: body.height }, (_, row) => lines[row] ?? '')];
}

/** Lines of a frame as text: nothing but letters, and no spaces at their ends. */
export function plainFrame(lines: readonly string[]): string[] {
  return lines.map((line) => plainLine(line).trimEnd());
}

/** Title and content of the view alone, as long as it is: for reading, and for other programs. */
export function viewLines(dashboard: Shown, width: number): string[] {
  const model = dashboard.current();
  const { theme } = dashboard.getSnapshot();
  const lines = [...model.lines(width, longest, theme)];
  while (lines.length > 0 && plainLine(lines.at(-1)!).trim() === '') lines.pop();
  return [titleLine(model.title(), width, theme), ...lines];
}

/** No view that somebody prints whole has more lines. */
const longest = 100_000;
