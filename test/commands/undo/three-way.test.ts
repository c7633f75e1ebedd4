import { describe, expect, it } from 'vitest';
import { revertFields } from '../../../src/commands/undo/three-way.ts';

describe('taking a change back', () => {
  it('puts back what was changed, added and taken away, and nothing else', () => {
    const before = { a: 1, gone: { x: 1 }, same: 1 };
    const after = { a: 2, added: { y: 1 }, same: 1 };
    const now = { a: 2, added: { y: 1 }, same: 9, theirs: true };
    const { value, changes, conflicts } = revertFields(before, after, now);
    expect(value).toEqual({ a: 1, gone: { x: 1 }, same: 9, theirs: true });
    expect(changes.map(({ path }) => path)).toEqual(['a', 'gone', 'added']);
    expect(conflicts).toEqual([]);
  });

  it('goes into what was added as a whole and has grown since', () => {
    const { value, conflicts } = revertFields({}, { labels: { a: '1' } }, { labels: { a: '1', b: '2' } });
    expect(value).toEqual({ labels: { b: '2' } });
    expect(conflicts).toEqual([]);
  });

  it('finds items of lists by their names, wherever they are by now', () => {
    const item = (name: string, image: string) => ({ name, image });
    const before = { list: [item('a', '1'), item('b', '1')] };
    const after = { list: [item('a', '2'), item('b', '1')] };
    const now = { list: [item('new', '5'), item('b', '7'), item('a', '2')] };
    const { value, changes } = revertFields(before, after, now);
    expect(value).toEqual({ list: [item('new', '5'), item('b', '7'), item('a', '1')] });
    expect(changes).toEqual([{ path: 'list[name=a].image', now: '2', before: '1' }]);
  });

  it('brings an item back to its place, and takes an added one out', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name }));
    expect(revertFields([a, b, c], [a, c], [a, c]).value).toEqual([a, b, c]);
    expect(revertFields([a], [a, b], [a, b, c]).value).toEqual([a, c]);
  });

  it('takes lists without names as one value', () => {
    expect(revertFields(['a'], ['a', 'b'], ['a', 'b']).value).toEqual(['a']);
    expect(revertFields(['a'], ['a', 'b'], ['a', 'b', 'c']).conflicts).toHaveLength(1);
  });

  it('tells a conflict with all three values and leaves the field', () => {
    const { value, changes, conflicts } = revertFields({ 'a.b': 1 }, { 'a.b': 2 }, { 'a.b': 3 });
    expect(value).toEqual({ 'a.b': 3 });
    expect(changes).toEqual([]);
    expect(conflicts).toEqual([{ path: "['a.b']", before: 1, after: 2, now: 3 }]);
  });

  it('has nothing to do where it is as it was', () => {
    const { changes, conflicts } = revertFields({ a: 1 }, { a: 2 }, { a: 1 });
    expect([...changes, ...conflicts]).toEqual([]);
  });
});
