import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { textWidth } from '../../../src/lib/text-width.ts';
import { loadTheme } from '../../../src/theme/load-theme.ts';
import { paintedPart, runsOf } from '../../../src/tui/views/text/ansi-runs.ts';
import { partAt, rowStarts } from '../../../src/tui/views/text/text-cells.ts';
import { TextPane } from '../../../src/tui/views/text/text-pane.ts';

const theme = loadTheme({ env: {}, depth: '256' });
const plain = loadTheme({ env: {}, depth: 'none' });

function pane(lines: readonly string[], width = 20, height = 4): TextPane {
  const made = new TextPane();
  made.resize(width, height);
  made.setLines(lines);
  return made;
}

const shown = (one: TextPane) => one.draw(plain).map((line) => stripVTControlCharacters(line));

test('columns of Korean and emoji are cut where they end, not inside', () => {
  expect(partAt('가나다', 0, 3)).toEqual({ from: 0, to: 1, lead: 0, more: true });
  expect(partAt('가나다', 1, 4)).toEqual({ from: 1, to: 2, lead: 1, more: true });
  expect(partAt('a👩‍👩‍👧b', 1, 3)).toMatchObject({ from: 1, to: 10, more: false });
  expect(partAt('short', 10, 5)).toEqual({ from: 5, to: 5, lead: 0, more: false });
  expect(rowStarts('가나다라', 5)).toEqual([0, 2]);
  expect(rowStarts('abcdefgh', 3)).toEqual([0, 3, 6]);
});

test('no row is wider than the pane, wrapped or not', () => {
  const text = ['한국어 문장이 아주 길게 이어집니다 🙂🙂🙂 and more of it', 'x'.repeat(100)];
  for (const wrap of [false, true]) {
    for (const width of [7, 8, 33]) {
      const one = pane(text, width, 50);
      one.setWrap(wrap);
      for (const line of shown(one)) expect(textWidth(line)).toBeLessThanOrEqual(width);
      if (wrap) expect(shown(one).join('')).toBe(text.join(''));
    }
  }
});

test('wrapped text scrolls by rows and ends at its end', () => {
  const one = pane(['aaaaabbbbbccccc', 'short', 'dddddeeeee'], 5, 3);
  one.setWrap(true);
  expect(shown(one)).toEqual(['aaaaa', 'bbbbb', 'ccccc']);
  one.move('down');
  expect(shown(one)).toEqual(['bbbbb', 'ccccc', 'short']);
  one.move('bottom');
  expect(shown(one)).toEqual(['short', 'ddddd', 'eeeee']);
  one.move('down');
  expect(shown(one)).toEqual(['short', 'ddddd', 'eeeee']);
  one.move('page-up');
  expect(shown(one)).toEqual(['bbbbb', 'ccccc', 'short']);
  one.move('top');
  expect(shown(one)[0]).toBe('aaaaa');
});

test('matches are counted, gone through round the ends, and brought onto the screen', () => {
  const lines = Array.from({ length: 100 }, (_, index) =>
    index % 10 === 0 ? `${'.'.repeat(60)}needle needle` : `line ${index}`,
  );
  const one = pane(lines, 30, 5);
  one.setSearch('needle');
  expect(one.searchTitle()).toBe('/needle (1/20)');
  expect(shown(one).some((line) => line.includes('needle'))).toBe(true);
  one.nextMatch(-1);
  expect(one.searchTitle()).toBe('/needle (20/20)');
  expect(one.count()).toBe('94/100');
  one.nextMatch(1);
  expect(one.searchTitle()).toBe('/needle (1/20)');
  one.setSearch('nothing like it');
  expect(one.searchTitle()).toBe('/nothing like it (0)');
  expect(one.nextMatch(1)).toBe(false);
});

test('a search stays where it is when the text changes', () => {
  const one = pane(['x one', 'y', 'x two', 'x three'], 20, 10);
  one.setSearch('x');
  one.nextMatch(1);
  one.setLines(['new', 'x one', 'y', 'x two', 'x three']);
  expect(one.searchTitle()).toBe('/x (2/3)');
});

test('what is found is painted over what was painted, and nothing is lost', () => {
  const painted = `${theme.paint('yaml.key', 'replicas')}: ${theme.paint('yaml.literal', '3')}`;
  const marked = paintedPart(painted, 0, 11, [{ from: 4, to: 11, open: theme.open('search.match') }]);
  expect(stripVTControlCharacters(marked)).toBe('replicas: 3');
  expect(
    runsOf(marked)
      .filter(({ open }) => open === theme.open('search.match'))
      .map(({ text }) => text)
      .join(''),
  ).toBe('icas: 3');
  expect(runsOf(marked)[0]).toEqual({ open: theme.open('yaml.key'), text: 'repl' });
  expect(stripVTControlCharacters(paintedPart(painted, 3, 6))).toBe('lic');
});

test.each([
  ['many lines', Array.from({ length: 25_000 }, (_, index) => `  key-${index}: ${'값'.repeat(10)} value ${index}`)],
  ['one line', [`key: ${'x'.repeat(1_000_000)}`]],
  ['one Korean line', [`key: ${'가나다'.repeat(110_000)}`]],
])('a megabyte is as quick as a page: %s', (_, lines) => {
  const one = pane(lines, 120, 40);
  for (const wrap of [false, true]) {
    one.setWrap(wrap);
    one.draw(theme);
    const begun = performance.now();
    for (let frame = 0; frame < 20; frame++) {
      one.move('down');
      one.draw(theme);
    }
    // A frame of a page takes half a millisecond; this leaves room for a busy machine, and none for the whole text.
    expect((performance.now() - begun) / 20).toBeLessThan(25);
  }
});
