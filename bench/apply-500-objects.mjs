// `apply -f` of a file with 500 objects: when none is there, when nothing has changed, and when each has changed.
// Each side has a namespace of its own, anew for every round.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { kctl, startCluster } from './cluster.mjs';
import { compare, findKubectl, memoryRow, runOnce, wallRow } from './measure.mjs';

const OBJECTS = 500;
/** One takes kubectl two minutes and more, and the ratio is far from its limit. */
const ROUNDS = 1;
const REACH = 0.7;

export async function rows() {
  const kubectl = findKubectl();
  const cluster = await startCluster('--empty');
  const folder = mkdtempSync(join(tmpdir(), 'kctl-bench-apply-'));
  try {
    const [first, changed] = ['one', 'two'].map((value) => {
      const file = join(folder, `${value}.yaml`);
      const items = Array.from({ length: OBJECTS }, (_, index) => object(index, value));
      writeFileSync(file, items.map((item) => stringify(item)).join('---\n'));
      return file;
    });
    const steps = { 'none there': first, 'nothing changed': first, 'all changed': changed };
    const pairs = Object.fromEntries(Object.keys(steps).map((step) => [step, []]));
    for (let round = 0; round < ROUNDS; round++) {
      const sides = [
        [kctl, `ours-${round}`],
        [kubectl, `theirs-${round}`],
      ];
      for (const [, name] of sides) {
        await cluster.request('POST', '/api/v1/namespaces', {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name },
        });
      }
      for (const [step, file] of Object.entries(steps)) {
        const run = ([tool, namespace]) => runOnce([tool, 'apply', '-n', namespace, '-f', file], cluster.env);
        pairs[step].push(sides.map(run));
      }
    }
    return Object.entries(pairs).flatMap(([step, runs]) => [
      wallRow(`apply -f, ${OBJECTS} objects, ${step}`, compare(runs), REACH),
      memoryRow('its peak memory', compare(runs), 1.5),
    ]);
  } finally {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of four kinds in turn, as the manifests of an application have them. */
function object(index, value) {
  const name = `object-${String(index).padStart(3, '0')}`;
  const labels = { app: 'bench', shard: String(index % 10) };
  const metadata = { name, labels, annotations: { note: value } };
  const container = { name: 'main', image: 'nginx:1.27', env: [{ name: 'VALUE', value }] };
  const kinds = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { value, more: 'line\n'.repeat(20) } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports: [{ name: 'http', port: 80 }] } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    },
  ];
  return kinds[index % kinds.length];
}
