// The server's time for a list of 10,000 pods: from the request to the last byte, on a connection that is
// open already, with a client that only counts bytes. Beside it what JSON.parse takes for the same bytes,
// which every client pays.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startCluster } from './cluster.mjs';
import { median } from './measure.mjs';
import { createPods } from './pods.mjs';

const PODS = 10_000;
const RUNS = 9;
const PATH = '/api/v1/pods';

const SHAPES = {
  JSON: 'application/json',
  Table: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  protobuf: 'application/vnd.kubernetes.protobuf',
};

async function timed(run) {
  const begun = performance.now();
  const result = await run();
  return { ms: performance.now() - begun, result };
}

/** How long a small question waits for its answer while lists are made, at worst; asked in another process. */
function prober(cluster) {
  const child = fork(fileURLToPath(new URL('./prober.mjs', import.meta.url)));
  child.send(cluster.reach);
  const longest = () =>
    new Promise((resolve) => {
      child.once('message', resolve);
      child.send('longest');
    });
  return { longest, stop: () => child.kill() };
}

export async function rows() {
  const cluster = await startCluster('--empty');
  const others = prober(cluster);
  try {
    await createPods(cluster.request, PODS);
    const rows = [];
    for (const [name, accept] of Object.entries(SHAPES)) {
      await others.longest();
      const first = await timed(() => cluster.raw('GET', PATH, { accept }));
      const times = [];
      for (let run = 0; run < RUNS; run++) times.push((await timed(() => cluster.raw('GET', PATH, { accept }))).ms);
      const longest = await others.longest();
      const size = `${(first.result.length / 2 ** 20).toFixed(1)} MiB`;
      const parse = await timed(() => (name === 'protobuf' ? undefined : JSON.parse(first.result)));
      rows.push({
        what: `${PODS} pods as ${name}, seconds`,
        value: median(times) / 1000,
        reach: 0.5,
        detail: `the first ${first.ms.toFixed(0)} ms, ${size}${parse.result ? `, JSON.parse alone ${parse.ms.toFixed(0)} ms` : ''}`,
      });
      rows.push({
        what: 'others wait meanwhile, at worst, seconds',
        value: longest / 1000,
        reach: 0.1,
        detail: `${RUNS + 1} lists; a turn is given every 10 ms`,
      });
    }
    return rows;
  } finally {
    others.stop();
    await cluster.stop();
  }
}
