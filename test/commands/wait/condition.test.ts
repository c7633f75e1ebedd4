import { expect, test } from 'vitest';
import { parseWish } from '../../../src/commands/wait/condition.ts';

const pod = (status: object, generation?: number) => ({
  ...{ apiVersion: 'v1', kind: 'Pod', status },
  metadata: { name: 'p', ...(generation === undefined ? {} : { generation }) },
});

function isMet(text: string, object: ReturnType<typeof pod>): boolean {
  const wish = parseWish(text);
  if (wish.kind !== 'state') throw new Error(`${text} is no state`);
  return wish.isMet(object);
}

test('conditions are compared without regard to case', () => {
  const ready = pod({ conditions: [{ type: 'Ready', status: 'True' }] });
  expect(isMet('condition=ready', ready)).toBe(true);
  expect(isMet('condition=Ready=FALSE', ready)).toBe(false);
  expect(isMet('condition=Other', ready)).toBe(false);
  expect(isMet('condition=Ready', pod({}))).toBe(false);
});

test('what is said of an older generation does not count', () => {
  const conditions = [{ type: 'Available', status: 'True' }];
  expect(isMet('condition=Available', pod({ conditions, observedGeneration: 1 }, 2))).toBe(false);
  expect(isMet('condition=Available', pod({ conditions, observedGeneration: 2 }, 2))).toBe(true);
  const own = [{ type: 'Available', status: 'True', observedGeneration: 2 }];
  expect(isMet('condition=Available', pod({ conditions: own, observedGeneration: 1 }, 2))).toBe(true);
});

test('paths with and without a value', () => {
  const running = pod({ phase: 'Running', count: 3, conditions: [{ type: 'Ready', status: 'True' }] });
  expect(isMet("jsonpath='{.status.phase}'=Running".replaceAll("'", ''), running)).toBe(true);
  expect(isMet('jsonpath={.status.phase}="Running"', running)).toBe(true);
  expect(isMet('jsonpath=.status.count=3', running)).toBe(true);
  expect(isMet('jsonpath={.status.phase}', running)).toBe(true);
  expect(isMet('jsonpath={.status.none}', running)).toBe(false);
  expect(isMet('jsonpath={.status.conditions[?(@.type=="Ready")].status}=True', running)).toBe(true);
  expect(() => isMet('jsonpath={.status.conditions}=a', running)).toThrow('nested object or list');
});

test.each([
  ['', 'unrecognized condition: ""'],
  ['jsonpath=', 'jsonpath expression cannot be empty'],
  ['jsonpath={.a}=', 'has to have a value after equal sign'],
  ['jsonpath={.a}=b=c', 'jsonpath wait format must be'],
])('%s is refused', (text, message) => {
  expect(() => parseWish(text)).toThrow(message);
});
