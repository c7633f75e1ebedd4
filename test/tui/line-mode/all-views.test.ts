import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plainTheme } from '../../../src/theme/theme.ts';
import { Dashboard } from '../../../src/tui/dashboard.ts';
import { LineMode } from '../../../src/tui/line-mode/line-mode.ts';
import { speak } from '../../../src/tui/words/say.ts';
import { allViews, englishPhrases, nameOf, type ViewsCluster, viewsCluster, viewsInSource } from '../all-views.ts';

let cluster: ViewsCluster;
let out = '';

beforeAll(async () => {
  cluster = await viewsCluster();
}, 60_000);

afterAll(() => cluster.stop());

async function until(holds: () => boolean, what: () => string): Promise<void> {
  for (let round = 0; round < 1000; round++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`${what()}\n--- last said:\n${out.slice(-3000)}`);
}

async function open(): Promise<{ reader: LineMode; board: Dashboard }> {
  const board = new Dashboard({
    services: await cluster.services(),
    theme: plainTheme,
    columns: 120,
    rows: 40,
    themeNames: [],
    loadTheme: () => plainTheme,
    onQuit: () => undefined,
  });
  out = '';
  const reader = new LineMode(board, (text) => {
    out += text;
  });
  board.start('namespaces');
  reader.start();
  await until(
    () => /kube-system/.test(out),
    () => 'never opened',
  );
  return { reader, board };
}

test('the list of views is complete', () => {
  const known = new Set(allViews.map(({ view }) => view));
  expect(viewsInSource().filter((view) => !known.has(view))).toEqual([]);
});

describe.each(['en', 'ko'] as const)('every view can be gone to and read by lines, in %s', (language) => {
  let opened: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    speak(language);
    opened = await open();
  });
  afterAll(() => {
    opened.reader.close();
    opened.board.close();
    speak('en');
  });

  test.each(allViews)('$view', async ({ view, lines, holds }) => {
    const { reader, board } = opened;
    out = '';
    for (const line of lines) {
      if (typeof line !== 'string') {
        await until(
          () => line.test(out),
          () => `${line} never came`,
        );
        continue;
      }
      const before = out.length;
      reader.take(line.replace('{folder}', cluster.folder));
      // The next line is typed when this one has answered.
      await until(
        () => out.length > before,
        () => `"${line}" did nothing`,
      );
      await until(
        () => !/…\]?\.?\s*$/.test(out.slice(before)),
        () => `"${line}" never answered`,
      );
    }
    await until(
      () => nameOf(board.current().view) === view && holds.test(out.replaceAll(/Namespace +/g, 'Namespace ')),
      () => `${view} never held ${holds}; it is ${nameOf(board.current().view)}`,
    );
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u2500-\u259f]/);
    if (language === 'ko') expect(englishPhrases.filter((phrase) => out.includes(phrase))).toEqual([]);
  });
});
