// `get pods -A` with 10,000 pods, kctl against kubectl in turn.
import { kctl, startCluster } from './cluster.mjs';
import { paired, which } from './measure.mjs';
import { createPods } from './pods.mjs';

const PODS = 10_000;

export async function rows() {
  const kubectl = which(process.env.KUBECTL ?? 'kubectl');
  if (!kubectl) throw new Error('kubectl is not on PATH (KUBECTL names another)');
  const cluster = await startCluster('--empty');
  try {
    await createPods(cluster.request, PODS);
    const r = paired([kctl, 'get', 'pods', '-A'], [kubectl, 'get', 'pods', '-A'], { env: cluster.env, runs: 7 });
    return [
      {
        what: `wall time with ${PODS} pods, kctl / kubectl`,
        value: r.wall,
        reach: 0.7,
        detail: `${r.ours.ms.toFixed(0)} ms / ${r.theirs.ms.toFixed(0)} ms`,
      },
      {
        what: `peak memory with ${PODS} pods, kctl / kubectl`,
        value: r.memory,
        reach: 1.5,
        detail: `${r.ours.peakMiB.toFixed(0)} MiB / ${r.theirs.peakMiB.toFixed(0)} MiB`,
      },
    ];
  } finally {
    await cluster.stop();
  }
}
