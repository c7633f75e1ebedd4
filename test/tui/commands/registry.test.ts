import { expect, test } from 'vitest';
import { parseLine } from '../../../src/tui/commands/parse-line.ts';
import { completeLine, dashboardCommands } from '../../../src/tui/commands/registry.ts';
import { Memory } from '../../../src/tui/state/memory.ts';
import { fakeCluster, resources } from '../fake-services.ts';

const lines: [line: string, parts: object][] = [
  [':q', { word: 'q', args: [], rest: '' }],
  ['ctx prod', { word: 'ctx', args: ['prod'], rest: 'prod' }],
  ['deploy shop', { word: 'deploy', args: ['shop'], rest: 'shop' }],
  ['po all /web run', { word: 'po', args: ['all'], filter: 'web run', rest: 'all /web run' }],
  ['po -f wb', { word: 'po', args: [], filter: '-f wb', rest: '-f wb' }],
  [
    `po 'app in (web, api)' "tier=a" shop`,
    { word: 'po', args: ['shop'], labels: 'app in (web, api),tier=a', rest: `'app in (web, api)' "tier=a" shop` },
  ],
  [
    'po app=web tier!=x @prod',
    { word: 'po', args: [], labels: 'app=web,tier!=x', context: 'prod', rest: 'app=web tier!=x @prod' },
  ],
];

test.each(lines)(':%s', (line, parts) => {
  expect(parseLine(line)).toEqual(parts);
});

test('an empty line is none', () => {
  expect(parseLine(' : ')).toBeUndefined();
});

test('every name is one command', () => {
  const names = dashboardCommands.flatMap((command) => command.names);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('completes kinds, words and arguments', () => {
  const facts = {
    resources,
    namespaces: ['default', 'shop'],
    contexts: ['kind-dev', 'prod'],
    themes: ['default-dark'],
  };
  const remembered = new Memory(undefined, fakeCluster().timing).known;
  expect(completeLine('dep', facts, remembered)).toEqual(['deploy', 'deployments']);
  expect(completeLine('po s', facts, remembered)).toEqual(['po shop']);
  expect(completeLine('po shop @p', facts, remembered)).toEqual(['po shop @prod']);
  expect(completeLine('ctx p', facts, remembered)).toEqual(['ctx prod']);
  expect(completeLine('theme d', facts, remembered)).toEqual(['theme default-dark']);
  expect(completeLine('zz', facts, remembered)).toEqual([]);
});
