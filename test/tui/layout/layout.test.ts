import { describe, expect, test } from 'vitest';
import { computeLayout } from '../../../src/tui/layout/layout.ts';
import type { PaneTree } from '../../../src/tui/layout/pane-tree.ts';

/** Heights of header, title, body, status and footer. */
const table: [columns: number, rows: number, header: boolean, prompt: boolean, heights: number[]][] = [
  [80, 24, true, false, [2, 1, 19, 1, 1]],
  [80, 24, false, false, [0, 1, 21, 1, 1]],
  [80, 24, true, true, [2, 1, 19, 1, 1]],
  [200, 50, true, false, [4, 1, 43, 1, 1]],
  [40, 10, true, false, [1, 1, 7, 0, 1]],
  [40, 10, true, true, [1, 1, 6, 1, 1]],
  [120, 15, true, false, [1, 1, 11, 1, 1]],
];

test.each(table)('%i×%i header %s prompt %s', (columns, rows, header, prompt, heights) => {
  const layout = computeLayout(columns, rows, { header, prompt })!;
  const parts = [layout.header, layout.title, layout.body, layout.status, layout.footer];
  expect(parts.map((part) => part.height)).toEqual(heights);
  let y = 0;
  for (const part of parts) {
    expect(part).toMatchObject({ x: 0, y, width: columns });
    y += part.height;
  }
  expect(y).toBe(rows);
});

test.each([
  [39, 24],
  [80, 9],
])('%i×%i is too small', (columns, rows) => {
  expect(computeLayout(columns, rows, { header: true, prompt: false })).toBeUndefined();
});

test('a dialog stays on the screen', () => {
  const overlay = { width: 60, height: 30 };
  const rect = computeLayout(42, 12, { header: true, prompt: false, overlay })!.overlay!;
  expect(rect).toEqual({ x: 1, y: 1, width: 40, height: 10 });
});

describe('panes', () => {
  const places = (tree: PaneTree, columns: number, rows: number, focus = 1) =>
    computeLayout(columns, rows, { header: true, prompt: false, panes: { tree, focus } })!.panes.map(
      ({ id, title, body }) => [id, title.x, title.y, title.width, body.height + 1],
    );

  test('side by side leave a column for the line between them', () => {
    const tree: PaneTree = { split: 'columns', parts: [{ pane: 1 }, { pane: 2 }] };
    expect(places(tree, 101, 24)).toEqual([
      [1, 0, 2, 50, 20],
      [2, 51, 2, 50, 20],
    ]);
  });

  test('split in both directions cover the room', () => {
    const tree: PaneTree = {
      split: 'columns',
      parts: [{ pane: 1 }, { split: 'rows', parts: [{ pane: 2 }, { pane: 3 }] }],
    };
    expect(places(tree, 120, 40)).toEqual([
      [1, 0, 4, 59, 34],
      [2, 60, 4, 60, 17],
      [3, 60, 21, 60, 17],
    ]);
  });

  test('where there is too little room, the one with the focus is alone', () => {
    const tree: PaneTree = { split: 'columns', parts: [{ pane: 1 }, { pane: 2 }] };
    expect(places(tree, 40, 24, 2)).toEqual([[2, 0, 2, 40, 20]]);
  });
});
