// `get pods` on the demo cluster, kctl against kubectl in turn.
import { kctl, startCluster } from './cluster.mjs';
import { paired, which } from './measure.mjs';

export async function rows() {
  const kubectl = which(process.env.KUBECTL ?? 'kubectl');
  if (!kubectl) throw new Error('kubectl is not on PATH (KUBECTL names another)');
  const cluster = await startCluster();
  try {
    const r = paired([kctl, 'get', 'pods'], [kubectl, 'get', 'pods'], { env: cluster.env, runs: 21 });
    return [
      {
        what: 'wall time, kctl / kubectl',
        value: r.wall,
        reach: 1.5,
        detail: `${r.ours.ms.toFixed(0)} ms / ${r.theirs.ms.toFixed(0)} ms`,
      },
      {
        what: 'peak memory, kctl / kubectl',
        value: r.memory,
        reach: 1.5,
        detail: `${r.ours.peakMiB.toFixed(0)} MiB / ${r.theirs.peakMiB.toFixed(0)} MiB`,
      },
    ];
  } finally {
    await cluster.stop();
  }
}
