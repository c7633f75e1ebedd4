import { Box, useCursor } from 'ink';
import { useSyncExternalStore } from 'react';
import type { Theme } from '../theme/theme.ts';
import type { Dashboard, DashboardSnapshot } from './dashboard.ts';
import { type Layout, minimumSize, type PaneRect, type Rect } from './layout/layout.ts';
import { activeTab } from './state/workspace.ts';
import { liveModel, shownTitle, troubleOf } from './views/freshness.ts';
import type { ViewModel } from './views/view-model.ts';
import { centredText, hintLine, messageLines, statusLine, suggestionLine, titleLine } from './widgets/chrome-lines.ts';
import { headerFacts } from './widgets/header-facts.ts';
import { headerLines, pastText } from './widgets/header-lines.ts';
import { Lines } from './widgets/lines.tsx';
import { OverlayBox } from './widgets/overlay-box.tsx';
import { PromptLine } from './widgets/prompt-line.tsx';
import { tabLine } from './widgets/tab-line.ts';
import { say } from './words/say.ts';

interface PartProps {
  dashboard: Dashboard;
  snapshot: DashboardSnapshot;
  rect: Rect;
}

function useView(model: ViewModel): number {
  return useSyncExternalStore(model.subscribe, model.getSnapshot);
}

function Header({ dashboard, snapshot, rect }: PartProps) {
  useSyncExternalStore(dashboard.budget.subscribe, dashboard.budget.getSnapshot);
  useSyncExternalStore(dashboard.facts.subscribe, dashboard.facts.getSnapshot);
  useView(liveModel(snapshot.stack));
  useSyncExternalStore(dashboard.past.subscribe, dashboard.past.getSnapshot);
  const header = headerFacts(dashboard);
  return <Lines rect={rect} lines={headerLines(header, rect.width, rect.height, snapshot.theme)} />;
}

interface PaneProps {
  dashboard: Dashboard;
  place: PaneRect;
  stack: readonly ViewModel[];
  theme: Theme;
  /** Nothing, unless there are several panes. */
  focused: boolean | undefined;
}

/** Title and body of one pane. */
function PaneBox({ dashboard, place, stack, theme, focused }: PaneProps) {
  const model = stack.at(-1)!;
  useView(model);
  useView(liveModel(stack));
  useSyncExternalStore(dashboard.past.subscribe, dashboard.past.getSnapshot);
  const toast = useSyncExternalStore(dashboard.toasts.subscribe, dashboard.toasts.getSnapshot);
  const { title, body } = place;
  // The body first: only then does the title know how much of it is on the screen.
  const lines = model.lines(body.width, body.height, theme);
  const viewTitle = shownTitle(stack, dashboard.past);
  // A long message takes the last lines of the body while it stands; its own last one is in the status or hint line.
  const { prompt } = dashboard.getSnapshot();
  const message = toast && !prompt && focused !== false ? messageLines(toast, body.width, theme).slice(0, -1) : [];
  const shown =
    message.length === 0
      ? lines
      : [...Array.from({ length: body.height - message.length }, (_, index) => lines[index] ?? ''), ...message];
  return (
    <>
      <Lines rect={title} lines={[titleLine(viewTitle, title.width, theme, focused)]} />
      <Lines rect={body} lines={shown} />
      <BodyCursor model={model} rect={body} active={focused !== false} />
    </>
  );
}

/** The terminal's own cursor in a view that is typed in. */
function BodyCursor({ model, rect, active }: { model: ViewModel; rect: Rect; active: boolean }) {
  const { setCursorPosition } = useCursor();
  const cursor = active ? model.cursor?.() : undefined;
  if (model.cursor && active) setCursorPosition(cursor && { x: rect.x + cursor.x, y: rect.y + cursor.y });
  return null;
}

/** Every pane of the tab that is seen, with lines between those that lie side by side. */
function Panes({ dashboard, snapshot, layout }: { dashboard: Dashboard; snapshot: DashboardSnapshot; layout: Layout }) {
  const { workspace, theme, stack } = snapshot;
  const { panes, focus } = activeTab(workspace);
  const { main } = layout;
  if (layout.panes.length === 1) {
    const focused = panes.length > 1 ? true : undefined;
    return <PaneBox dashboard={dashboard} place={layout.panes[0]!} stack={stack} theme={theme} focused={focused} />;
  }
  return (
    <Box width={main.width} height={main.height} flexShrink={0} overflow="hidden">
      {layout.panes.map((place) => {
        const pane = panes.find(({ id }) => id === place.id)!;
        const { x, y, width } = place.title;
        const height = place.body.height + 1;
        const line = Array.from({ length: height }, () => theme.paint('border', '│'));
        return (
          <Box
            key={place.id}
            position="absolute"
            marginLeft={x - main.x}
            marginTop={y - main.y}
            width={width + 1}
            height={height}
          >
            <Box flexDirection="column" width={width} height={height}>
              <PaneBox
                dashboard={dashboard}
                place={place}
                stack={pane.stack}
                theme={theme}
                focused={pane.id === focus}
              />
            </Box>
            {x + width < main.x + main.width && <Lines rect={{ width: 1, height }} lines={line} />}
          </Box>
        );
      })}
    </Box>
  );
}

/** Trail, messages and hints, or the line that is typed. */
function Feet({ dashboard, snapshot, layout }: { dashboard: Dashboard; snapshot: DashboardSnapshot; layout: Layout }) {
  const { stack, theme, prompt, crumbs } = snapshot;
  const model = stack.at(-1)!;
  useView(model);
  useView(liveModel(stack));
  const toast = useSyncExternalStore(dashboard.toasts.subscribe, dashboard.toasts.getSnapshot);
  const { status, footer } = layout;
  const past = useSyncExternalStore(dashboard.past.subscribe, dashboard.past.getSnapshot);
  const trouble = pastText(past, dashboard.services.timing.now()) ?? troubleOf(dashboard.connection(), model);
  const context = { host: dashboard, model, target: model.target() };
  return (
    <>
      <Lines
        rect={status}
        lines={[
          prompt
            ? suggestionLine(prompt, status.width, theme, model.filterHints?.())
            : statusLine(crumbs ? stack : [], toast, trouble, status.width, theme),
        ]}
      />
      {prompt ? (
        <PromptLine prompt={prompt} rect={footer} theme={theme} />
      ) : (
        <Lines
          rect={footer}
          lines={[
            status.height === 0 && toast
              ? statusLine(stack, toast, trouble, footer.width, theme)
              : hintLine(context, footer.width, theme),
          ]}
        />
      )}
    </>
  );
}

export function App({ dashboard }: { dashboard: Dashboard }) {
  const snapshot = useSyncExternalStore(dashboard.subscribe, dashboard.getSnapshot);
  const { columns, rows, theme, overlay, stack, workspace } = snapshot;
  const layout = dashboard.layout();
  if (!layout) {
    const least = `${minimumSize.columns}×${minimumSize.rows}`;
    const text = say('Too small: {size}, at least {least}', { size: `${columns}×${rows}`, least });
    return <Lines rect={{ width: columns, height: rows }} lines={[centredText(text, columns)]} />;
  }
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      {stack.length > 0 && (
        <>
          <Header dashboard={dashboard} snapshot={snapshot} rect={layout.header} />
          <Lines rect={layout.tabs} lines={[tabLine(workspace, layout.tabs.width, theme)]} />
          <Panes dashboard={dashboard} snapshot={snapshot} layout={layout} />
          <Feet dashboard={dashboard} snapshot={snapshot} layout={layout} />
        </>
      )}
      {overlay && layout.overlay && <OverlayBox overlay={overlay} rect={layout.overlay} theme={theme} />}
    </Box>
  );
}
