// `get pods -A` with 10,000 pods in each way of showing them, kctl against kubectl in turn.
import { kctl, startCluster } from './cluster.mjs';
import { findKubectl, memoryRow, paired, wallRow } from './measure.mjs';
import { createPods } from './pods.mjs';

const PODS = 10_000;
/** The words, how often, and the most that wall time may be of kubectl's. */
const WAYS = [
  [[], 7, 0.7],
  [['-o', 'wide'], 7, 0.7],
  [['-o', 'json'], 5, 1],
  [['-o', 'yaml'], 3, 1],
];

export async function rows() {
  const kubectl = findKubectl();
  const cluster = await startCluster('--empty');
  try {
    await createPods(cluster.request, PODS);
    return WAYS.flatMap(([more, runs, reach]) => {
      const words = ['get', 'pods', '-A', ...more];
      const measured = paired([kctl, ...words], [kubectl, ...words], { env: cluster.env, runs });
      return [
        wallRow(`${words.join(' ')}, ${PODS} pods`, measured, reach),
        memoryRow('its peak memory', measured, more.length === 0 || more[1] === 'wide' ? 1.5 : 1),
      ];
    });
  } finally {
    await cluster.stop();
  }
}
