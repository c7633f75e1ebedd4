import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { plainTheme } from '../../src/theme/theme.ts';
import { addressOfView } from '../../src/tui/commands/open-address.ts';
import { runLine } from '../../src/tui/commands/registry.ts';
import { Dashboard } from '../../src/tui/dashboard.ts';
import { allViews, nameOf, type ViewsCluster, viewsCluster } from './all-views.ts';

/** Views of one moment: their address is that of what they were opened from. A benchmark is left out, for it sends much. */
const underneath: Readonly<Record<string, string>> = {
  'document/image-file': 'page/layers',
  'document/image-file-diff': 'page/layers',
  'page/file-story': 'page/layers',
  'page/image-paths': 'page/layers',
  'document/explain': 'page/explain',
  'document/help': 'table/pods',
  'document/record': 'logs',
};

let cluster: ViewsCluster;
let board: Dashboard;

beforeAll(async () => {
  cluster = await viewsCluster();
  board = new Dashboard({
    services: await cluster.services(),
    ...{ theme: plainTheme, columns: 120, rows: 40, themeNames: [] },
    loadTheme: () => plainTheme,
    onQuit: () => undefined,
  });
  board.start('namespaces');
}, 60_000);

afterAll(async () => {
  board.close();
  await cluster.stop();
});

/** The address of what is seen, by the nearest view that has one; and what that view is called. */
function here(): { address: string; view: string } {
  const context = board.services.cluster.contextName;
  for (const model of board.views().toReversed()) {
    const address = addressOfView(model, context);
    if (address !== undefined) return { address, view: nameOf(model.view) };
  }
  throw new Error('nothing here has an address');
}

/** Does what leads to a view, each when the view before it has its rows. */
async function go(lines: readonly (string | RegExp)[]): Promise<void> {
  for (const line of lines) {
    if (line instanceof RegExp) continue;
    const model = board.current();
    if (line.startsWith(':')) await runLine(board, line.slice(1).replace('{folder}', cluster.folder));
    else {
      const isReady = () => {
        const drawn = model.lines(120, 40, plainTheme).join('\n');
        return (
          /postgres|web|hello|pods|containers|view|shop|kctl/.test(drawn) &&
          (model.view.type !== 'table' || model.target())
        );
      };
      const end = model.subscribe(() => undefined);
      await vi.waitFor(() => expect(isReady()).toBeTruthy(), { timeout: 10_000, interval: 10 });
      const keys = /^\d$/.test(line) ? Array<string>(Number(line) - 1).fill('down') : [line === 'f1' ? '?' : line];
      for (const id of keys) board.handle({ type: 'key', id });
      end();
    }
  }
}

describe('the address of every view opens it again', () => {
  test.each(allViews.filter(({ view }) => view !== 'page/benchmark'))('$view', async ({ view, lines }) => {
    await go(lines);
    await vi.waitFor(() => expect(nameOf(board.current().view)).toBe(view), { timeout: 10_000, interval: 10 });
    const before = here();
    expect(before.view).toBe(underneath[view] ?? view);
    await runLine(board, 'namespaces');
    await runLine(board, before.address);
    expect(here()).toEqual(before);
    await runLine(board, 'namespaces');
    await runLine(board, `goto ${before.address}`);
    expect(here()).toEqual(before);
  });
});
