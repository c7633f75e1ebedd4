import { describe, expect, test } from 'vitest';
import { matchPath } from '../../src/kustomize/tree/match.ts';
import { parseNode } from '../../src/kustomize/tree/parse.ts';
import { lookup, splitBracketPath, splitPath } from '../../src/kustomize/tree/path.ts';
import { toValue } from '../../src/kustomize/tree/value.ts';

describe('paths', () => {
  test.each([
    ['a/b/c', ['a', 'b', 'c']],
    ['/a/b', ['a', 'b']],
    ['metadata/annotations/x.io\\/y', ['metadata', 'annotations', 'x.io/y']],
    ['a', ['a']],
  ])('%s by slashes', (path, parts) => {
    expect(splitPath(path, '/')).toEqual(parts);
  });

  test.each([
    ['spec.containers.[name=a].image', ['spec', 'containers', '[name=a]', 'image']],
    ['spec.list.[host=a.b.c].x', ['spec', 'list', '[host=a.b.c]', 'x']],
    ['metadata.annotations.[a.b/c.d]', ['metadata', 'annotations', 'a.b/c.d']],
    ['metadata.annotations.a\\.b/c', ['metadata', 'annotations', 'a.b/c']],
  ])('%s by dots', (path, parts) => {
    expect(splitBracketPath(path, '.')).toEqual(parts);
  });

  const tree = () => parseNode('l:\n- {name: ab, v: 1}\n- {name: b, v: 2}\nm: {x: [p, q]}\n')!;
  const values = (path: string) => matchPath(tree(), splitBracketPath(path, '.')).map(toValue);

  test('lead to one field', () => {
    expect(toValue(lookup(tree(), ['l', '[name=b]', 'v']))).toBe(2);
    expect(toValue(lookup(tree(), ['m', 'x', '-']))).toBe('q');
    expect(lookup(tree(), ['m', 'nothing', 'x'])).toBeUndefined();
  });

  test('lead to all that match', () => {
    expect(values('l.*.v')).toEqual([1, 2]);
    // The value is a pattern that may match anywhere, as kustomize has it.
    expect(values('l.[name=b].v')).toEqual([1, 2]);
    expect(values('l.[name=^b$].v')).toEqual([2]);
    expect(values('m.x.[=q]')).toEqual(['q']);
    expect(values('l.1.v')).toEqual([2]);
  });

  test('make what is missing', () => {
    const root = tree();
    for (const node of matchPath(root, ['n', '[name=new]', 'v'], 'scalar')) node.value = '7';
    expect(toValue(lookup(root, ['n']))).toEqual([{ name: 'new', v: 7 }]);
  });

  test('tell of lists that are too short', () => {
    expect(() => values('l.5.v')).toThrow('index 5 specified but only 2 elements found');
    expect(() => values('m.0')).toThrow('wrong node kind: expected SequenceNode but got MappingNode');
  });
});
