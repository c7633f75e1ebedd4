import { describe, expect, test } from 'vitest';
import { cancelled, Done } from '../../../src/tui/state/done.ts';
import { openPicker, type PickerState, pickerInput, search } from '../../../src/tui/state/picker.ts';
import type { InputEvent } from '../../../src/tui/term/key.ts';

const labels = ['deployments', 'daemonsets', 'pods', 'web-frontend', 'web', '서비스 목록', 'node capacity'];
const items = labels.map((label) => ({ id: label, label }));

const searches: [query: string, found: string[]][] = [
  ['', labels],
  ['dep', ['deployments']],
  ['dpl', ['deployments']],
  ['web', ['web', 'web-frontend']],
  ['front web', ['web-frontend']],
  ['서비', ['서비스 목록']],
  ['zz', []],
];

test.each(searches)('finds %j', (query, found) => {
  expect(search(items, query).map((index) => labels[index])).toEqual(found);
});

const key = (id: string): InputEvent => ({ type: 'key', id, ...(id.length === 1 ? { text: id } : {}) });

function press(state: PickerState, ...ids: string[]) {
  return ids.reduce<PickerState | Done<unknown>>(
    (at, id) => (at instanceof Done ? at : pickerInput(at, key(id))),
    state,
  );
}

describe('a list', () => {
  const list = openPicker({ title: 'Kinds', items, at: 'pods' });

  test('starts at the item that is wanted, goes round its ends and takes the one under the cursor', () => {
    expect(press(list, 'enter')).toEqual(new Done({ items: [items[2]], query: '' }));
    expect(press(list, 'down', 'down', 'down', 'down', 'down', 'enter')).toEqual(
      new Done({ items: [items[0]], query: '' }),
    );
  });

  test('narrows as one types', () => {
    expect(press(list, 'd', 'a', 'enter')).toEqual(new Done({ items: [items[1]], query: 'da' }));
  });

  test('takes nothing where nothing is found, and nothing by esc', () => {
    const none = press(list, 'z', 'z');
    expect(press(none as PickerState, 'enter')).toBe(none);
    expect(press(none as PickerState, 'esc')).toBe(cancelled);
  });

  test('ticks several', () => {
    const columns = openPicker({
      title: 'Columns',
      multiple: true,
      items: items.map((item) => ({ ...item, on: false })),
    });
    const chosen = press(columns, 'space', 'down', 'space', 'up', 'space', 'enter') as Done<{
      items: { id: string }[];
    }>;
    expect(chosen.answer?.items.map(({ id }) => id)).toEqual(['daemonsets']);
  });
});
