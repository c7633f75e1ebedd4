import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kctl, type Sandbox, sandboxWithCluster } from '../support/program.ts';
import { sharedReference } from '../support/shared.ts';

const replay = sharedReference('golden', 'replay.mjs');
const folder = sharedReference('golden', 'cases');
const files =
  replay && folder
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.txt'))
        .map((name) => join(folder, name))
    : [];

/** So many of the recorded answers of a 1.20 server must be the same; docs/api-differences.md says why others are not. */
const LEAST_SHARE = 0.95;

describe.skipIf(files.length === 0)('exchanges recorded with a real kube-apiserver', () => {
  let box: Sandbox & { kubeconfig: string };
  beforeAll(() => {
    box = sandboxWithCluster(['--empty']);
  });
  afterAll(() => box.dispose());

  test('are answered the same', { timeout: 90_000 }, () => {
    const args = [replay!, '--kubeconfig', box.kubeconfig, '--kubectl', kctl, ...files];
    const { stdout, stderr } = box.run(process.execPath, args);
    const summary = /(\d+) passed, (\d+) failed/.exec(stdout);
    if (!summary) throw new Error(`no summary: ${stdout}${stderr}`);
    const [passed, failed] = summary.slice(1).map(Number) as [number, number];
    expect(passed).toBeGreaterThan(0);
    expect(passed / (passed + failed), stdout).toBeGreaterThanOrEqual(LEAST_SHARE);
  });
});
