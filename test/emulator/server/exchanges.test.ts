import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BareServer, bareServer } from './bare.ts';
import { replay, type Step } from './exchange-facts.ts';

/** Exchanges with a kube-apiserver 1.36.3 without controllers, by what they are about. */
const folder = new URL('../../fixtures/exchanges/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

const differences = readFileSync(new URL('../../../docs/api-differences.md', import.meta.url), 'utf8');

let server: BareServer;
let serial = 0;

beforeAll(async () => {
  server = await bareServer();
});

afterAll(() => server.stop());

describe.each(files)('%s', (file) => {
  const cases: { name: string; steps: Step[] }[] = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));

  test('each step has an answer, or the row that says why ours is another', () => {
    const bare = cases.flatMap(({ name, steps }) =>
      steps.flatMap(({ answer, differs }, at) =>
        answer || (differs && differences.includes(`\n| ${differs} |`)) ? [] : [`${name} ${at + 1}`],
      ),
    );
    expect(bare).toEqual([]);
  });

  test.each(cases)('$name', async ({ steps }) => {
    const answers = await replay(server, `exchange-${serial++}`, steps);
    const compared = (list: readonly unknown[]) =>
      list.flatMap((answer, at) => {
        const { method, path, answer: recorded } = steps[at]!;
        return recorded ? [{ step: `${at + 1} ${method} ${path}`, answer }] : [];
      });
    expect(compared(answers)).toEqual(compared(steps.map(({ answer }) => answer)));
  });
});
