import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { textWidth } from '../../../src/lib/text-width.ts';
import { loadTheme } from '../../../src/theme/load-theme.ts';
import { plainTheme } from '../../../src/theme/theme.ts';
import { Dashboard } from '../../../src/tui/dashboard.ts';
import { LineMode } from '../../../src/tui/line-mode/line-mode.ts';
import { isLoading } from '../../../src/tui/snapshot/wait-until-seen.ts';
import { nameOf, type ViewsCluster, viewsCluster, viewsInSource } from '../all-views.ts';
import { renderTest, type TestScreen } from '../render-test.ts';
import { cases, overlays } from './cases.ts';
import { hostileServices } from './hostile-services.ts';

/** Every view, on every size of screen, with and without colours and by lines, over a cluster that means no good. */

const sizes = [
  [120, 40],
  [80, 24],
  [200, 50],
] as const;

/** What the view itself would draw. */
const drawnLines = (dashboard: Dashboard): string => dashboard.current().lines(120, 40, plainTheme).join('\n');

const colours = loadTheme({ env: {}, depth: '256' });

let cluster: ViewsCluster;
let screen: TestScreen;
/** What the terminal was told to do by what it was shown. */
let taken: string[] = [];
/** Whether it was given colours since this was set to false. */
let isColourful = false;

beforeAll(async () => {
  cluster = await viewsCluster();
  writeFileSync(join(cluster.folder, 'a\u001b[41;5m결제🚀\u202e.yaml'), '# \u001b]0;pwned\u0007\nkind: ConfigMap\n');
  screen = await renderTest({
    cols: 120,
    rows: 40,
    cluster: { services: hostileServices(await cluster.services()) },
    kind: 'namespaces',
  });
  knowJoined(screen);
  watchTerminal(screen);
  await screen.waitFor('kube-system');
}, 60_000);

afterAll(async () => {
  screen.close();
  await cluster.stop();
});

afterEach(() => {
  taken = [];
});

/** What newer terminals know of letters that are drawn together; the headless one adds up the widths of their parts. */
function knowJoined({ stdout }: TestScreen): void {
  const value = (kind: number, width: number, joined: boolean) => (kind << 3) | (width << 1) | Number(joined);
  stdout.terminal.unicode.register({
    version: 'joined',
    wcwidth: (code) => textWidth(String.fromCodePoint(code)) as 0 | 1 | 2,
    charProperties(code, before) {
      const [kind, wide] = [before >> 3, (before >> 1) & 3];
      const width = textWidth(String.fromCodePoint(code));
      if (code === 0x200d && wide > 0) return value(1, wide, true);
      return wide > 0 && (kind === 1 || width === 0) ? value(0, wide, true) : value(0, width, false);
    },
  });
  stdout.terminal.unicode.activeVersion = 'joined';
}

/** Listens for everything that no text may do to a terminal. */
function watchTerminal({ stdout }: TestScreen): void {
  const { terminal } = stdout;
  terminal.onTitleChange((title) => taken.push(`title ${title}`));
  terminal.onBell(() => taken.push('bell'));
  terminal.parser.registerCsiHandler({ final: 'm' }, (params) => {
    // `38;5;9` is a colour, and its 5 is none of the attributes.
    const own = params
      .map(String)
      .join(';')
      .replaceAll(/[34]8;5;\d+/g, '39')
      .split(';');
    if (own.includes('5')) taken.push('blinking');
    isColourful ||= own.some((one) => /^(?:[349][0-7]|10[0-7]|39)$/.test(one)) && params.some((one) => one !== 39);
    return false;
  });
  terminal.parser.registerOscHandler(52, (data) => taken.push(`clipboard ${data}`) > 0);
  const write = stdout.write.bind(stdout);
  stdout.write = (text, done) => {
    const raw =
      /[\u0007\u0008\u0080-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]|pwned\u0007/.exec(
        text,
      );
    if (raw) taken.push(`raw ${JSON.stringify(text.slice(Math.max(0, raw.index - 40), raw.index + 20))}`);
    return write(text, done);
  };
}

/** Nothing of the data did anything, and every line is one line of the screen. */
function expectWhole(s: TestScreen, rows: number): void {
  expect(taken).toEqual([]);
  const { active } = s.stdout.terminal.buffer;
  expect(active.baseY, 'the screen has scrolled').toBe(0);
  for (let y = 0; y < rows; y++) {
    const line = active.getLine(y)!;
    expect(line.isWrapped, `line ${y} was wider than the screen`).toBe(false);
  }
  const { current, layout, theme } = s.dashboard;
  const { width, height } = layout.call(s.dashboard)!.panes.at(-1)!.body;
  for (const line of current.call(s.dashboard).lines(width, height, theme)) {
    const plain = stripVTControlCharacters(line);
    if (textWidth(plain) > width) throw new Error(`wider than ${width}: ${plain}`);
  }
}

async function go(s: TestScreen, line: string): Promise<void> {
  if (!/^:./.test(line)) return s.press(line);
  await s.press(':');
  await s.type(`${line.slice(1).replace('{folder}', cluster.folder)}\r`);
}

/** Until what `dashboard` shows has come. */
async function loaded({ dashboard, settle }: TestScreen): Promise<void> {
  for (let round = 0; round < 100; round++) {
    if (dashboard.getSnapshot().overlay || !isLoading(dashboard.current())) return;
    await settle();
  }
}

/** Goes to a view as a user does: each step when the one before has answered. */
async function walk(s: TestScreen, keys: readonly (string | RegExp)[]): Promise<void> {
  const { dashboard } = s;
  // What a test before has left open must not get the keys of this one.
  dashboard.overlays.cancel();
  if (dashboard.getSnapshot().prompt) await s.press('esc', 'esc');
  for (const key of keys) {
    await loaded(s);
    if (key instanceof RegExp) {
      await s.waitFor(key);
      continue;
    }
    const before = dashboard.current();
    await go(s, key);
    const isOther = () => dashboard.current() !== before || dashboard.getSnapshot().overlay;
    if (/^:./.test(key)) for (let round = 0; round < 100 && !isOther(); round++) await s.settle();
  }
}

test('each view has a case', () => {
  const known = new Set(cases.map(({ view }) => view));
  expect(viewsInSource().filter((view) => !known.has(view))).toEqual([]);
});

/** With and without colours, on every size. */
async function onEveryScreen(s: TestScreen, check: () => void): Promise<void> {
  for (const theme of [colours, plainTheme]) {
    s.dashboard.wear(theme);
    await s.settle();
    for (const [cols, rows] of sizes) {
      isColourful = false;
      await s.resize(cols, rows);
      expectWhole(s, rows);
      check();
      expect(isColourful).toBe(theme === colours);
    }
  }
  s.dashboard.wear(colours);
}

describe('against a hostile cluster', () => {
  test.each(cases)('$view', async ({ view, keys, holds }) => {
    const { dashboard } = screen;
    await screen.resize(200, 50);
    await walk(screen, keys);
    for (let round = 0; round < 100 && nameOf(dashboard.current().view) !== view; round++) await screen.settle();
    expect(nameOf(dashboard.current().view), screen.text()).toBe(view);
    await screen.waitFor(holds);
    await onEveryScreen(screen, () => {
      // Keys, and the way to all others.
      expect(screen.lines().at(-1)).toMatch(/\? Help|Esc Back/);
      expect(screen.text()).toContain(dashboard.current().title().kind);
    });
    expect(nameOf(dashboard.current().view)).toBe(view);
  });

  test.each(overlays)('$keys', async ({ keys, holds }) => {
    await screen.resize(200, 50);
    await walk(screen, keys);
    await screen.waitFor(holds);
    await onEveryScreen(screen, () => expect(screen.text()).toMatch(holds));
    await screen.press('esc');
    expect(screen.dashboard.getSnapshot()).toMatchObject({ overlay: undefined, prompt: undefined });
  });
});

describe('by lines', () => {
  let out = '';
  let dashboard: Dashboard;
  let mode: LineMode;

  const until = async (holds: () => boolean) => {
    for (let round = 0; round < 1000 && !holds(); round++) await new Promise((resolve) => setTimeout(resolve, 5));
    if (!holds()) throw new Error(`never said:\n${out.slice(-2000)}`);
  };

  beforeAll(async () => {
    dashboard = new Dashboard({
      services: hostileServices(await cluster.services()),
      theme: plainTheme,
      columns: 120,
      rows: 40,
      themeNames: [],
      loadTheme: () => plainTheme,
      onQuit: () => undefined,
    });
    mode = new LineMode(dashboard, (text) => {
      out += text;
    });
    dashboard.start('namespaces');
    mode.start();
    await until(() => out.includes('kube-system'));
  });

  afterAll(() => {
    mode.close();
    dashboard.close();
  });

  // Questions are answered by lines there, and help is a word of its own: tests of that mode have both.
  const byLines = cases.filter(({ view }) => view !== 'page/benchmark' && view !== 'document/help');

  test.each(byLines)('$view', async ({ view, keys }) => {
    out = '';
    for (const key of keys) {
      await until(() => !isLoading(dashboard.current()));
      if (key instanceof RegExp) {
        await until(() => key.test(drawnLines(dashboard)));
        continue;
      }
      const before = dashboard.current();
      mode.take(key.replace('{folder}', cluster.folder));
      if (/^:./.test(key)) await until(() => dashboard.current() !== before);
    }
    await until(() => nameOf(dashboard.current().view) === view && !isLoading(dashboard.current()));
    await until(() => out.split('\n').length > keys.length);
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2500-\u259f]/);
    expect(out).not.toMatch(/undefined|NaN|\[object/);
  });
});
