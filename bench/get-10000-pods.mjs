// `get pods -A` with 10,000 pods, kctl against kubectl in turn.
import { kctl, startCluster } from './cluster.mjs';
import { paired, which } from './measure.mjs';

const PODS = 10_000;

export async function rows() {
  const kubectl = which(process.env.KUBECTL ?? 'kubectl');
  if (!kubectl) throw new Error('kubectl is not on PATH (KUBECTL names another)');
  const cluster = await startCluster('--empty');
  try {
    await createPods(cluster.request);
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

/** Pods of a scheduler that does not exist stay as they are, so that the list is the same for both. */
async function createPods(request) {
  const waiting = Array.from({ length: PODS }, (_, i) => i);
  const worker = async () => {
    for (let i = waiting.pop(); i !== undefined; i = waiting.pop()) {
      await request('POST', '/api/v1/namespaces/default/pods', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `load-${String(i).padStart(5, '0')}`, labels: { app: 'load', shard: String(i % 50) } },
        spec: {
          schedulerName: 'nobody',
          containers: [{ name: 'main', image: 'nginx:1.27', resources: { requests: { cpu: '10m', memory: '16Mi' } } }],
        },
      });
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
