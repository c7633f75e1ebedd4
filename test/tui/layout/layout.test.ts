import { expect, test } from 'vitest';
import { computeLayout } from '../../../src/tui/layout/layout.ts';

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
  const dialog = { width: 60, height: 30 };
  const rect = computeLayout(42, 12, { header: true, prompt: false, dialog })!.dialog!;
  expect(rect).toEqual({ x: 1, y: 1, width: 40, height: 10 });
});
