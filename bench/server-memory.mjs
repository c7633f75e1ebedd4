// What a cluster takes with 10,000 pods in it: after the writes, while lists are answered, and at rest.
import { startCluster } from './cluster.mjs';
import { residentMiB } from './measure.mjs';
import { createPods } from './pods.mjs';

const PODS = 10_000;
const REST_MS = 3000;
const LOOK_MS = 20;

const SHAPES = [
  'application/json',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/vnd.kubernetes.protobuf',
];

const rest = () => new Promise((resolve) => setTimeout(resolve, REST_MS));

export async function rows() {
  const cluster = await startCluster('--empty');
  try {
    await rest();
    const before = residentMiB(cluster.pid);
    await createPods(cluster.request, PODS);
    const made = residentMiB(cluster.pid);
    let most = made;
    const looking = setInterval(() => {
      most = Math.max(most, residentMiB(cluster.pid));
    }, LOOK_MS);
    for (const accept of SHAPES) await cluster.raw('GET', '/api/v1/pods', { accept });
    clearInterval(looking);
    await rest();
    const after = residentMiB(cluster.pid);
    const megabytes = (mib) => mib * 1.048576;
    return [
      {
        what: `memory with ${PODS} pods, / 400 MB`,
        value: megabytes(Math.max(most, after)) / 400,
        reach: 1,
        detail: `${made.toFixed(0)} MiB after the writes, ${most.toFixed(0)} while ${SHAPES.length} lists are answered, ${after.toFixed(0)} after a rest`,
      },
      {
        what: 'the same for each pod, KiB',
        value: ((after - before) * 1024) / PODS,
        reach: 30,
        detail: `an empty cluster takes ${before.toFixed(0)} MiB`,
      },
    ];
  } finally {
    await cluster.stop();
  }
}
