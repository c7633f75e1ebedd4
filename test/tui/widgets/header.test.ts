import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { plainTheme } from '../../../src/theme/theme.ts';
import { tapServices } from '../../../src/tui/replay/tap-services.ts';
import { Tape } from '../../../src/tui/replay/tape.ts';
import type { HeaderFacts } from '../../../src/tui/widgets/header-facts.ts';
import { headerLines } from '../../../src/tui/widgets/header-lines.ts';
import { speak } from '../../../src/tui/words/say.ts';
import { type FakeCluster, fakeCluster, podRow } from '../fake-services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

let s: TestScreen | undefined;
let folder: string | undefined;
afterEach(() => {
  s?.close();
  if (folder) rmSync(folder, { recursive: true });
  folder = undefined;
  speak('en');
});

const facts: HeaderFacts = {
  version: '1.0.0',
  context: 'prod',
  cluster: 'prod',
  user: 'me',
  facts: { serverVersion: 'v1.36.0', nodes: 3, cpu: 0.2, memory: 0.5 } as HeaderFacts['facts'],
  budget: { requests: 1, bytes: 2, watches: 3 } as HeaderFacts['budget'],
  connection: undefined,
  now: 0,
  favourites: ['shop', '결제', 'web-with-a-very-long-name', 'four', 'five'],
  namespace: 'shop',
};

test('favourites stand in columns, the one that is looked at with a sign', () => {
  const lines = headerLines(facts, 200, 4, plainTheme);
  expect(
    lines.map((line) =>
      line
        .slice(line.search(/[> ]\d (?:all|shop|결제|web)/))
        .replace(/ +● live $/, '')
        .trimEnd(),
    ),
  ).toEqual([
    ' 0 all                    4 four',
    '>1 shop                   5 five',
    ' 2 결제',
    ' 3 web-with-a-very-lon…',
  ]);
  expect(headerLines({ ...facts, namespace: undefined }, 200, 4, plainTheme)[0]).toContain('>0 all');
});

test.each([80, 110, 120, 140])('columns that do not fit whole are left out at %i', (width) => {
  for (const line of headerLines({ ...facts, recording: true }, width, 4, plainTheme)) {
    expect(line.replaceAll('결제', 'xxxx').length).toBeLessThanOrEqual(width);
    expect(line).not.toMatch(/\d we…/);
  }
});

test('a namespace that was gone to shows with its key', async () => {
  s = await renderTest({ cols: 140, rows: 40, cluster: fakeCluster([podRow('shop', 'web-0')]), kind: 'pods' });
  await s.press(':');
  await s.type('ns default\r');
  await s.waitFor(/>1 default|1 default/);
  expect(s.lines().slice(0, 4).join('\n')).toContain(' 0 all');
});

test.each(['en', 'ko'] as const)('a recording has a sign as long as it runs, in %s', async (language) => {
  speak(language);
  folder = mkdtempSync(join(tmpdir(), 'kctl-rec-'));
  const fake: FakeCluster = fakeCluster([podRow('shop', 'web-0')]);
  const cluster = { services: tapServices(fake.services, new Tape()), timing: fake.timing };
  const sign = language === 'ko' ? '◉ 녹화 중  ● 연결됨' : '◉ REC  ● live';
  for (const [cols, rows] of [
    [80, 24],
    [120, 40],
  ] as const) {
    s = await renderTest({ cols, rows, cluster, kind: 'pods shop', depth: 'none' });
    expect(s.lines()[0]).not.toContain('◉');
    await s.press(':');
    await s.type(`record ${join(folder, `${cols}.jsonl`)}\r`);
    await s.waitFor('◉');
    expect(s.lines()[0]!.trimEnd().endsWith(sign)).toBe(true);
    await s.press(':');
    await s.type('record stop\r');
    await s.settle();
    expect(s.lines()[0]).not.toContain('◉');
    s.close();
    s = undefined;
  }
});
