import { describe, expect, test } from 'vitest';
import { applyJsonPatch } from '../../src/lib/patch/json-patch.ts';
import { applyMergePatch, createMergePatch, threeWayMergePatch } from '../../src/lib/patch/merge-patch.ts';

describe('merge patch (RFC 7386, appendix A)', () => {
  test.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j', (target, patch, result) => {
    const before = JSON.stringify(target);
    expect(applyMergePatch(target, patch)).toEqual(result);
    expect(JSON.stringify(target)).toBe(before);
  });

  test('a patch made between two objects turns one into the other', () => {
    const from = { a: 1, b: { c: [1], d: 2 }, e: {} };
    const to = { a: 1, b: { c: [1, 2] }, f: { g: {} } };
    expect(createMergePatch(from, to)).toEqual({ b: { c: [1, 2], d: null }, e: null, f: { g: {} } });
    expect(applyMergePatch(from, createMergePatch(from, to))).toEqual(to);
    expect(createMergePatch(to, to)).toEqual({});
  });

  test('a key named __proto__ changes no prototype', () => {
    applyMergePatch({}, JSON.parse('{"__proto__": {"polluted": true}}'));
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('three ways: sets what differs, removes what was applied before, keeps what others added', () => {
    const original = { spec: { a: 1, gone: true, deep: { x: 1, y: 2 } } };
    const modified = { spec: { a: 2, deep: { x: 1 } } };
    const current = { spec: { a: 1, gone: true, others: 'kept', deep: { x: 1, y: 2 } }, status: {} };
    const patch = threeWayMergePatch(original, modified, current);
    expect(patch).toEqual({ spec: { a: 2, gone: null, deep: { y: null } } });
    expect(threeWayMergePatch(modified, modified, applyMergePatch(current, patch))).toEqual({});
  });
});

describe('JSON patch', () => {
  const target = { a: { b: [1, 2, 3] }, 'x/y': 1, 'm~n': 2 };
  test.each([
    [[{ op: 'add', path: '/a/b/1', value: 9 }], { ...target, a: { b: [1, 9, 2, 3] } }],
    [[{ op: 'add', path: '/a/b/-', value: 9 }], { ...target, a: { b: [1, 2, 3, 9] } }],
    [[{ op: 'remove', path: '/a/b/0' }], { ...target, a: { b: [2, 3] } }],
    [[{ op: 'replace', path: '/x~1y', value: 5 }], { ...target, 'x/y': 5 }],
    [[{ op: 'move', from: '/m~0n', path: '/a/n' }], { a: { b: [1, 2, 3], n: 2 }, 'x/y': 1 }],
    [[{ op: 'copy', from: '/a/b', path: '/c' }], { ...target, c: [1, 2, 3] }],
    [
      [
        { op: 'test', path: '/a', value: { b: [1, 2, 3] } },
        { op: 'add', path: '/t', value: null },
      ],
      { ...target, t: null },
    ],
    [[{ op: 'replace', path: '', value: 7 }], 7],
  ])('%j', (operations, result) => {
    const before = JSON.stringify(target);
    expect(applyJsonPatch<unknown>(target, operations)).toEqual(result);
    expect(JSON.stringify(target)).toBe(before);
  });

  test.each([
    [{ op: 'test', path: '/x~1y', value: 2 }, 'testing value /x~1y failed: test failed'],
    [
      { op: 'remove', path: '/nope' },
      "error in remove for path: '/nope': Unable to remove nonexistent key: nope: missing value",
    ],
    [
      { op: 'remove', path: '/nope/x' },
      'remove operation does not apply: doc is missing path: "/nope/x": missing value',
    ],
    [
      { op: 'replace', path: '/nope/x', value: 1 },
      'replace operation does not apply: doc is missing path: /nope/x: missing value',
    ],
    [
      { op: 'replace', path: '/a/b/9', value: 1 },
      'replace operation does not apply: doc is missing key: /a/b/9: missing value',
    ],
    [
      { op: 'move', from: '/nope', path: '/q' },
      "error in move for path: 'nope': Unable to remove nonexistent key: nope: missing value",
    ],
    [
      { op: 'copy', from: '/nope/x', path: '/q' },
      'copy operation does not apply: doc is missing from path: /nope/x: missing value',
    ],
    [{ op: 'test', path: '/nope', value: 1 }, 'testing value /nope failed: test failed'],
    [
      { op: 'test', path: '/nope/x', value: 1 },
      'test operation does not apply: is missing path: /nope/x: missing value',
    ],
    [
      { op: 'add', path: '/a/b/q', value: 1 },
      `error in add for path: '/a/b/q': value was not a proper array index: 'q': strconv.Atoi: parsing "q": invalid syntax`,
    ],
    [
      { op: 'add', path: '/nope/x', value: 1 },
      'add operation does not apply: doc is missing path: "/nope/x": missing value',
    ],
    [{ op: 'add', path: '/a/b/9', value: 1 }, 'invalid index referenced'],
    [{ op: 'jump', path: '/a' }, 'Unexpected kind: jump'],
  ])('%j fails', (operation, message) => {
    expect(() => applyJsonPatch(target, [operation])).toThrow(message);
  });
});

test('copies of copies end where a request would be too large', () => {
  const copies = Array.from({ length: 40 }, (_, at) => ({ op: 'copy', from: '/x', path: `/x/c${at}` }));
  expect(() => applyJsonPatch({ x: { a: 'x'.repeat(1000) } }, copies)).toThrow(/exceeding the limit 3145728$/);
});
