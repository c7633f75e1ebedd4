import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KubeList, KubeObject } from '../../src/api/meta.ts';
import { createObjectPrinter, wrapList } from '../../src/output/print-objects.ts';
import { type Emulated, emulated } from './emulated.ts';

/** Types of which the demo has objects that people write, and what controllers make of them. */
const types = [
  ...['pods', 'services', 'configmaps', 'secrets', 'serviceaccounts', 'persistentvolumeclaims', 'persistentvolumes'],
  ...['deployments', 'replicasets', 'statefulsets', 'daemonsets', 'jobs', 'cronjobs', 'horizontalpodautoscalers'],
  ...['ingresses', 'networkpolicies', 'poddisruptionbudgets', 'roles', 'rolebindings', 'clusterroles'],
  ...['clusterrolebindings', 'storageclasses', 'priorityclasses', 'namespaces', 'nodes', 'resourcequotas'],
  ...['limitranges', 'endpointslices', 'leases', 'apiservices'],
];

let cluster: Emulated;

beforeAll(async () => {
  cluster = await emulated({ seed: 'demo' });
}, 120_000);

afterAll(() => cluster.stop());

/** What an apply must leave alone, by uid. What is said of nothing (`finalizers: []`) a server leaves out. */
function lasting(objects: readonly KubeObject[]): ReadonlyMap<string, string> {
  const texts = objects.map((object) => {
    const { metadata, status: _, ...rest } = structuredClone(object);
    const { managedFields: __, resourceVersion: ___, generation: ____, ...kept } = metadata;
    const whole = sorted({ ...rest, metadata: kept });
    return [metadata.uid ?? '', JSON.stringify(whole, undefined, 1)] as const;
  });
  return new Map(texts);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, child]) => [key, sorted(child)] as const);
  const isSomething = (child: unknown) =>
    child !== false && child !== null && (typeof child !== 'object' || Object.keys(child).length > 0);
  return Object.fromEntries(entries.filter(([, child]) => isSomething(child)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const items = (text: string): readonly KubeObject[] => {
  const answer = JSON.parse(text) as KubeList & KubeObject;
  return answer.kind === 'List' ? answer.items : [answer];
};

test.each(types)('applied as they are, neat %s change nothing', { timeout: 60_000 }, async (type) => {
  const before = items((await cluster.run(['get', type, '-A', '-o', 'json'])).stdout);
  if (before.length === 0) return;
  // The demo goes on living: what is compared is what was read, by its uid.
  const text = (await createObjectPrinter({ name: 'neat' }))(wrapList(before));
  const file = join(cluster.folder, `${type}.yaml`);
  writeFileSync(file, text);
  const apply = ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '-o', 'json', '-f', file];
  const { stdout, stderr, code } = await cluster.run(apply);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  const [as, was] = [lasting(items(stdout)), lasting(before)];
  const still = [...was.keys()].filter((uid) => as.has(uid));
  expect(still.map((uid) => as.get(uid))).toEqual(still.map((uid) => was.get(uid)));
  expect(still.length).toBeGreaterThan(before.length / 2);
  expect(text).not.toMatch(/^ {2}(uid|resourceVersion|creationTimestamp|managedFields):/m);
  expect(text).not.toMatch(/^status:/m);
});
