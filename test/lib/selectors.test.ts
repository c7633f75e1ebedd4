import { describe, expect, test } from 'vitest';
import { parseFieldSelector } from '../../src/lib/field-selector.ts';
import { parseLabelSelector, selectorOf } from '../../src/lib/label-selector.ts';

const labels = { app: 'web', tier: 'front', weight: '5', empty: '' };

describe('label selectors', () => {
  test.each([
    ['', true],
    ['app=web', true],
    ['app==web', true],
    ['app = web , tier=front', true],
    ['app=db', false],
    ['app!=db', true],
    ['nope!=x', true],
    ['app', true],
    ['!app', false],
    ['!nope', true],
    ['app in (web,db)', true],
    ['app in (db)', false],
    ['app notin (db)', true],
    ['nope notin (x)', true],
    ['nope in (x)', false],
    ['weight>4', true],
    ['weight>5', false],
    ['weight<6', true],
    ['app>1', false],
    ['empty=', true],
    ['empty', true],
    ['app in (web, )', true],
    ['in=x', false],
    ['a.b/c=d', false],
  ])('%j', (text, matches) => {
    expect(parseLabelSelector(text).matches(labels)).toBe(matches);
  });

  test('text is canonical: sorted by key, values sorted', () => {
    expect(parseLabelSelector('tier notin (b, a),!x,app==web,z').toString()).toBe('app=web,tier notin (a,b),!x,z');
  });

  test.each([
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a,', "found '', expected: identifier after ','"],
    [',a', "found ',', expected: !, identifier, or 'end of string'"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['a>x', "for 'Gt', 'Lt' operators, the value must be an integer"],
    ['-a=b', 'name part must consist of alphanumeric characters'],
    ['a=-b', 'a valid label must be an empty string or consist of alphanumeric characters'],
  ])('%j is refused in the words of the server', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(message);
  });

  test('selectors of objects: none matches nothing, an empty one everything', () => {
    expect(selectorOf(undefined).matches(labels)).toBe(false);
    expect(selectorOf({}).matches(labels)).toBe(true);
    const selector = selectorOf({
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'tier', operator: 'In', values: ['b', 'front'] }],
    });
    expect(selector.matches(labels)).toBe(true);
    expect(selector.toString()).toBe('app=web,tier in (b,front)');
  });
});

test('field selectors', () => {
  expect(parseFieldSelector('status.phase!=Running,metadata.name=a\\,b,x==y,')).toEqual([
    { field: 'status.phase', operator: '!=', value: 'Running' },
    { field: 'metadata.name', operator: '=', value: 'a,b' },
    { field: 'x', operator: '=', value: 'y' },
  ]);
  expect(() => parseFieldSelector('a=b,c')).toThrow("invalid selector: 'a=b,c'; can't understand 'c'");
});
