// startCluster() of kctl/testing: from the call to a cluster that answers, in a process that is new and in
// one that had a cluster before.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from './measure.mjs';

const RUNS = 9;

/** Run in a process of its own; the clusters hold no more than what every cluster has. */
const PROBE = `
const begun = performance.now();
const { startCluster } = await import(process.argv[1]);
const loaded = performance.now();
const first = await startCluster();
const ready = performance.now();
const second = await startCluster();
const again = performance.now();
await Promise.all([first.stop(), second.stop()]);
console.log(JSON.stringify({ load: loaded - begun, first: ready - loaded, second: again - ready }));
`;

export async function rows() {
  const testing = fileURLToPath(import.meta.resolve('kctl/testing'));
  const runs = Array.from({ length: RUNS + 1 }, () =>
    JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', PROBE, testing], { encoding: 'utf8' })),
  ).slice(1);
  const of = (key) => median(runs.map((run) => run[key]));
  return [
    {
      what: 'startCluster(), the first, seconds',
      value: of('first') / 1000,
      reach: 0.3,
      detail: `and ${of('load').toFixed(0)} ms to load kctl/testing`,
    },
    {
      what: 'startCluster(), the next, seconds',
      value: of('second') / 1000,
      reach: 0.3,
      detail: 'in the same process, beside the first',
    },
  ];
}
