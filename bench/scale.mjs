// How the whole cluster grows: nodes until all are Ready, pods until all are Running, and what it takes at rest.
// kwok asks of itself 5,000 nodes Ready in 60 s and 10,000 pods Running in 60 s, with a real API server and etcd
// and the pods bound beforehand (its test/e2e/benchmark.go); here the scheduler finds them their nodes.
// PEER_KUBECONFIG names a cluster of such a peer (nodes played by kwok): it is then asked for the same in the
// same run, and the ratios are printed. SCALE_PODS=1000,5000 takes other sizes, SCALE_NODES=500 fewer nodes for
// the first figure.
import { readFileSync } from 'node:fs';
import { client, startCluster } from './cluster.mjs';
import { cpuSeconds, residentMiB } from './measure.mjs';

const NODES = Number(process.env.SCALE_NODES ?? 5000);
const SIZES = (process.env.SCALE_PODS ?? '1000,5000,10000,50000').split(',').map(Number);
/** What a peer is asked for, on the nodes that it has got by then. */
const PEER_SIZE = SIZES.includes(10_000) ? 10_000 : SIZES.at(-1);
/** Pods that a node takes at most, as a real kubelet's default. */
const PODS_A_NODE = 110;
const REST_MS = 10_000;
/** ... and so much longer for each pod: their Events come to an end later than they do. */
const REST_MS_A_POD = 1;
/** Every node renews its lease once in this time: a shorter look sees all of them or none. */
const IDLE_MS = 30_000;
/** Share of a core below which a cluster has come to rest. */
const QUIET = 0.1;
const WRITERS = 16;
/** Small, and runs by itself: a larger one's layers come to a thousand nodes in simulated time, which the peer has none of. */
const IMAGE = 'registry.k8s.io/pause:3.10';
/** Up to so many fit into what a cluster stores by default; a pod with its Events counts 8 KiB. */
const BY_DEFAULT = 10_000;

const node = (name) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    labels: { bench: 'scale', 'kubernetes.io/hostname': name },
    annotations: { 'kwok.x-k8s.io/node': 'fake' },
  },
  status: {
    allocatable: { cpu: '32', memory: '256Gi', pods: String(PODS_A_NODE) },
    capacity: { cpu: '32', memory: '256Gi', pods: String(PODS_A_NODE) },
  },
});

const pod = (name) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: 'load' } },
  spec: {
    automountServiceAccountToken: false,
    nodeSelector: { bench: 'scale' },
    containers: [{ name: 'main', image: IMAGE, resources: { requests: { cpu: '10m', memory: '16Mi' } } }],
  },
});

/** Creates `count` objects that `make` makes of a number, over several connections. */
async function createAll({ request }, path, count, make) {
  let next = 0;
  const writer = async () => {
    for (let i = next++; i < count; i = next++) await request('POST', path, make(i));
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}

/** Seconds until `holds` has been true of `count` objects, counted from a watch; from `begun` (ms). */
async function secondsUntil({ watch }, path, count, holds, begun) {
  const good = new Set();
  await watch(path, (object) => {
    if (object?.metadata?.name && holds(object)) good.add(object.metadata.name);
    return good.size >= count;
  });
  return (performance.now() - begun) / 1000;
}

const isReady = ({ status }) => status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True');
const isRunning = ({ status }) => status?.phase === 'Running';

async function nodesReady(cluster, count) {
  const begun = performance.now();
  const ready = secondsUntil(cluster, '/api/v1/nodes?labelSelector=bench%3Dscale', count, isReady, begun);
  await createAll(cluster, '/api/v1/nodes', count, (i) => node(`bench-${String(i).padStart(5, '0')}`));
  return ready;
}

async function podsRunning(cluster, count) {
  const path = '/api/v1/namespaces/default/pods';
  const begun = performance.now();
  const running = secondsUntil(cluster, `${path}?labelSelector=app%3Dload`, count, isRunning, begun);
  await createAll(cluster, path, count, (i) => pod(`load-${String(i).padStart(5, '0')}`));
  return running;
}

/** Until what new nodes set off (a kube-proxy on each of them) has come to an end: pods are measured, not these. */
async function settled(pid) {
  for (let share = 1; share > QUIET; ) {
    const [cpu, at] = [cpuSeconds(pid), performance.now()];
    await new Promise((resolve) => setTimeout(resolve, 2000));
    share = ((cpuSeconds(pid) - cpu) * 1000) / (performance.now() - at);
  }
}

/** Share of a core that the process takes while nothing happens. */
async function idleShare(pid, pods) {
  // What the last pods have set off comes to its end first.
  await new Promise((resolve) => setTimeout(resolve, REST_MS + pods * REST_MS_A_POD));
  const [cpu, at] = [cpuSeconds(pid), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  return ((cpuSeconds(pid) - cpu) * 1000) / (performance.now() - at);
}

export async function rows() {
  const peer = process.env.PEER_KUBECONFIG && peerCluster(process.env.PEER_KUBECONFIG);
  const result = [];
  const row = (what, value, reach, detail) => result.push({ what, value, reach, detail });

  const many = await startCluster('--empty');
  try {
    const took = await nodesReady(many, NODES);
    row(
      `${NODES} nodes Ready, s / ${NODES / 250} s`,
      took / (NODES / 250),
      1,
      `${took.toFixed(1)} s, ${residentMiB(many.pid).toFixed(0)} MiB`,
    );
    if (peer) {
      const theirs = await nodesReady(peer, NODES);
      row('the same against the peer', took / theirs, 1, `there ${theirs.toFixed(1)} s`);
    }
  } finally {
    await many.stop();
  }

  for (const pods of SIZES) {
    const cluster = await startCluster('--empty', ...(pods > BY_DEFAULT ? ['--quota', '1Gi'] : []));
    try {
      const nodes = Math.max(1000, Math.ceil(pods / PODS_A_NODE) * 2);
      await nodesReady(cluster, nodes);
      await settled(cluster.pid);
      const before = residentMiB(cluster.pid);
      const took = await podsRunning(cluster, pods);
      const atEnd = residentMiB(cluster.pid);
      const idle = await idleShare(cluster.pid, pods);
      const rest = residentMiB(cluster.pid);
      const each = `${((took / pods) * 1000).toFixed(2)} ms and ${(((rest - before) * 1024) / pods).toFixed(1)} KiB a pod`;
      const goal = pods / 10_000;
      row(
        `${pods} pods Running, s / ${goal * 30} s`,
        took / (goal * 30),
        1,
        `${took.toFixed(1)} s on ${nodes} nodes, ${each}; ${atEnd.toFixed(0)} MiB at the end`,
      );
      // The goals at rest are set for 10,000 pods on 1,000 nodes.
      if (pods === 10_000) {
        row('idle with them, share of a core / 5 %', idle / 0.05, 1, `${(idle * 100).toFixed(1)} %`);
        row('memory with them, / 500 MB', (rest * 1.048576) / 500, 1, `${rest.toFixed(0)} MiB`);
      } else {
        row(`idle with them, share of a core`, idle, Math.max(0.05, (0.05 * pods) / 10_000), `${rest.toFixed(0)} MiB`);
      }
      if (peer && pods === PEER_SIZE) {
        const theirs = await podsRunning(peer, pods);
        row(`${pods} pods against the peer`, took / theirs, 1, `there ${theirs.toFixed(1)} s`);
      }
    } finally {
      await cluster.stop();
    }
  }
  return result;
}

/** A client of the peer's cluster: a kubeconfig with a token and a server, as such test clusters write it. */
function peerCluster(file) {
  const text = readFileSync(file, 'utf8');
  const find = (field) => new RegExp(`${field}: *"?([^"\\s},]+)`).exec(text)?.[1];
  const { hostname, port } = new URL(find('server'));
  const tls = { rejectUnauthorized: false };
  return client({ host: hostname, port, tls, headers: { authorization: `Bearer ${find('token')}` } });
}
