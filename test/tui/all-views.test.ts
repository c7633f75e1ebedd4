import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { textWidth } from '../../src/lib/text-width.ts';
import { speak } from '../../src/tui/words/say.ts';
import { allViews, englishPhrases, nameOf, type ViewsCluster, viewsCluster } from './all-views.ts';
import { renderTest, type TestScreen } from './render-test.ts';

let cluster: ViewsCluster;
beforeAll(async () => {
  cluster = await viewsCluster();
}, 60_000);
afterAll(() => cluster.stop());

/** What is typed on a screen for a line of line mode. */
const typed: Readonly<Record<string, readonly string[]>> = {
  f1: ['?'],
  // Fields of a question stay as they are: from the first one back to the last button.
  '': [],
  yes: ['shift-tab', 'enter'],
  '2': ['j'],
};

async function go(s: TestScreen, line: string | RegExp): Promise<void> {
  if (typeof line !== 'string') return s.waitFor(line);
  if (!line.startsWith(':')) {
    // What is asked may have to be looked up first.
    if (line === 'yes')
      for (let round = 0; round < 300 && !s.dashboard.getSnapshot().overlay; round++) await s.settle();
    return s.press(...(typed[line] ?? [line]));
  }
  const before = s.dashboard.current();
  await s.press(':');
  await s.type(`${line.slice(1).replace('{folder}', cluster.folder)}\r`);
  for (let round = 0; round < 300 && s.dashboard.current() === before; round++) await s.settle();
  // Keys are for rows: they have to be there.
  for (let round = 0; round < 300 && s.dashboard.connection()?.phase === 'connecting'; round++) await s.settle();
}

const faces = [
  {
    language: 'ko',
    depth: '256',
    sizes: [
      [200, 50],
      [80, 24],
    ],
  },
  { language: 'en', depth: 'none', sizes: [[120, 40]] },
] as const;

describe.each(faces)('on a screen, in $language, with colours: $depth', ({ language, depth, sizes }) => {
  let s: TestScreen;
  beforeAll(async () => {
    speak(language);
    const services = await cluster.services();
    s = await renderTest({ cols: sizes[0][0], rows: sizes[0][1], cluster: { services }, kind: 'namespaces', depth });
    await s.waitFor('kube-system');
  });
  afterAll(() => {
    s.close();
    speak('en');
  });

  test.each(allViews)('$view fits, and says nothing raw', async ({ view, lines }) => {
    for (const line of lines) await go(s, line);
    for (let round = 0; round < 300 && nameOf(s.dashboard.current().view) !== view; round++) await s.settle();
    expect(nameOf(s.dashboard.current().view)).toBe(view);
    for (const [cols, rows] of sizes) {
      if (s.stdout.columns !== cols) {
        s.dashboard.resize(cols, rows);
        await s.resize(cols, rows);
      }
      const text = s.text();
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      for (const line of s.lines()) expect(textWidth(line)).toBeLessThanOrEqual(cols);
      // Title, something of the view, and what keys do are on every screen.
      expect(s.lines().filter((line) => line.trim() !== '').length).toBeGreaterThan(4);
      expect(s.lines().at(-1)).toMatch(/도움말|Help|뒤로|Back/);
      if (depth === 'none') expect(s.hasColour()).toBe(false);
      if (language === 'ko') expect(englishPhrases.filter((phrase) => text.includes(phrase))).toEqual([]);
    }
  });
});
