// The server's time for a list of 10,000 pods: from the request to the last byte, on a connection that is
// open already, with a client that only counts bytes. Beside it what JSON.parse takes for the same bytes,
// which every client pays.
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

export async function rows() {
  const cluster = await startCluster('--empty');
  try {
    await createPods(cluster.request, PODS);
    const rows = [];
    for (const [name, accept] of Object.entries(SHAPES)) {
      const first = await timed(() => cluster.raw('GET', PATH, { accept }));
      const times = [];
      // How long another client waits meanwhile, at worst: the list must let others have their turn.
      let longest = 0;
      for (let run = 0; run < RUNS; run++) {
        const list = timed(() => cluster.raw('GET', PATH, { accept }));
        let over = false;
        void list.then(() => {
          over = true;
        });
        while (!over) longest = Math.max(longest, (await timed(() => cluster.raw('GET', '/version'))).ms);
        times.push((await timed(() => cluster.raw('GET', PATH, { accept }))).ms);
        await list;
      }
      const bytes = first.result.length;
      const parse =
        name === 'protobuf'
          ? ''
          : `, JSON.parse alone ${(await timed(() => JSON.parse(first.result))).ms.toFixed(0)} ms`;
      rows.push({
        what: `${PODS} pods as ${name}, seconds`,
        value: median(times) / 1000,
        reach: 0.5,
        detail: `the first ${first.ms.toFixed(0)} ms, ${(bytes / 2 ** 20).toFixed(1)} MiB${parse}; others wait ${longest.toFixed(0)} ms at worst`,
      });
    }
    return rows;
  } finally {
    await cluster.stop();
  }
}
