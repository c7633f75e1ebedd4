import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestCluster } from '../emulator/server/cluster.ts';
import { kctl } from '../support/program.ts';
import { readCases } from './case-file.ts';
import { withoutWidths } from './normalise.ts';
import { parityCluster, runCase } from './run-case.ts';
import { caseFiles, readTranscripts } from './transcripts.ts';

// What kubectl answered was recorded against this cluster (`npm run parity` renews it); kctl has to answer the same.

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await parityCluster();
});
afterAll(() => cluster.stop());

describe.concurrent.each(caseFiles)('$name, as kubectl', ({ path, transcripts }) => {
  const recorded = readTranscripts(transcripts);
  test.each(readCases(path).map((one) => [one.name, one] as const))('%s', async (name, one) => {
    expect(recorded.has(name), 'nothing is recorded: npm run parity').toBe(true);
    const answered = await runCase(one, kctl, cluster);
    expect(withoutWidths(answered)).toBe(withoutWidths(recorded.get(name) ?? ''));
  });
});
