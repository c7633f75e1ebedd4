import { describe, expect, it } from 'vitest';
import { mergeFields, revertFields } from '../../../src/api/changes/three-way.ts';

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

describe('merging what two have made of the same', () => {
  const base = {
    spec: { replicas: 3, paused: false, containers: [{ name: 'app', image: 'web:1' }] },
    metadata: { labels: { tier: 'front' } },
  };

  it('changes of different fields are both kept, in items of lists too', () => {
    const mine = { ...base, spec: { ...base.spec, containers: [{ name: 'app', image: 'web:2' }] } };
    const theirs = {
      metadata: { labels: { tier: 'front', owner: 'them' } },
      spec: { ...base.spec, replicas: 5, containers: [...base.spec.containers, { name: 'side', image: 'proxy:1' }] },
    };
    const { value, conflicts } = mergeFields(base, mine, theirs);
    expect(conflicts).toEqual([]);
    expect(value).toEqual({
      metadata: { labels: { tier: 'front', owner: 'them' } },
      spec: {
        replicas: 5,
        paused: false,
        containers: [
          { name: 'app', image: 'web:2' },
          { name: 'side', image: 'proxy:1' },
        ],
      },
    });
  });

  it('a field that both have changed is a conflict, and keeps the value that is asked for', () => {
    const mine = { ...base, spec: { ...base.spec, replicas: 4, paused: true } };
    const theirs = { ...base, spec: { ...base.spec, replicas: 5, paused: true } };
    const kept = mergeFields(base, mine, theirs);
    expect(kept.conflicts).toEqual([{ path: 'spec.replicas', before: 4, after: 3, now: 5 }]);
    expect(kept.value).toEqual(mine);
    expect(mergeFields(base, mine, theirs, 'theirs').value).toEqual(theirs);
  });

  it('what one takes away and the other changes is a conflict', () => {
    const { replicas: _, ...rest } = base.spec;
    const theirs = { ...base, spec: { ...base.spec, replicas: 5 } };
    const { conflicts, value } = mergeFields(base, { ...base, spec: rest }, theirs);
    expect(conflicts).toEqual([{ path: 'spec.replicas', before: undefined, after: 3, now: 5 }]);
    expect(value).toEqual({ ...base, spec: rest });
  });
});
