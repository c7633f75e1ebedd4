import { afterEach, expect, test } from 'vitest';
import type { KubeObject, TableRow } from '../../../src/api/meta.ts';
import { findBuiltin } from '../../../src/api/resources.ts';
import { seenObjects, seenStep } from '../../../src/tui/views/object/seen-step.ts';
import type { TestScreen } from '../render-test.ts';
import { type ObjectCluster, objectCluster, objectOf, pod } from './object-cluster.ts';

let screen: TestScreen | undefined;

afterEach(() => screen?.close());

/** A row of the pods' table that comes with its whole object. */
const rowOf = (object: KubeObject): TableRow => ({
  cells: [object.metadata.name, '1/1', object['status'].phase, '0', '1h', '10.0.0.1', 'kind-worker'],
  object,
});

const web = (image: string): KubeObject =>
  pod('Running', { spec: { nodeName: 'kind-worker', containers: [{ name: 'app', image }] } });

function inTable(cluster: ObjectCluster, object: KubeObject): void {
  cluster.put('pods', object);
  cluster.tables.get('pods')!.change('MODIFIED', rowOf(object));
}

test('what an open table has shown can be compared with later, though no view of the object was open', async () => {
  const cluster = objectCluster();
  const [first, second, third] = ['web:1', 'web:2', 'web:3'].map(web) as [KubeObject, KubeObject, KubeObject];
  cluster.put('pods', first);
  cluster.tables.get('pods')!.rows = [rowOf(first)];
  screen = await cluster.open(120, 40);
  cluster.timing.advance(60_000);
  inTable(cluster, second);
  cluster.timing.advance(60_000);
  inTable(cluster, third);
  await screen.settle();
  expect(cluster.watched).toEqual([]);
  await screen.press('shift-d');
  await screen.waitFor('1 field');
  expect(screen.text()).toMatch(/image: web:2 +│ .*image: web:3/);
  await screen.press(',');
  await screen.waitFor(/image: web:1 +│ .*image: web:3/);
  await screen.press('esc', 'shift-t');
  await screen.waitFor(/spec\.containers\[name=app\]\.image "web:1" → "web:2"/);
  expect(screen.text()).toMatch(/spec\.containers\[name=app\]\.image "web:2" → "web:3"/);
});

test('what is compared at first is what people changed, not the last beat of the status', async () => {
  const cluster = objectCluster();
  const first = web('web:1');
  cluster.put('pods', first);
  cluster.tables.get('pods')!.rows = [rowOf(first)];
  screen = await cluster.open(120, 40);
  for (const [image, podIP] of [
    ['web:2', '10.0.0.1'],
    ['web:2', '10.0.0.2'],
    ['web:2', '10.0.0.3'],
  ] as const) {
    cluster.timing.advance(60_000);
    inTable(cluster, { ...web(image), status: { phase: 'Running', podIP } });
  }
  await screen.press('shift-d');
  await screen.waitFor(/image: web:1 +│ .*image: web:2/);
  await screen.press('.');
  await screen.waitFor(/podIP: 10\.0\.0\.1 +│ .*podIP: 10\.0\.0\.3/);
});

test('what changed while no view was open is known to one that opens again', async () => {
  const cluster = objectCluster();
  const [first, second, third] = ['web:1', 'web:2', 'web:3'].map(web) as [KubeObject, KubeObject, KubeObject];
  cluster.put('pods', first);
  cluster.tables.get('pods')!.rows = [rowOf(first)];
  screen = await cluster.open(120, 40);
  await screen.press('y');
  await screen.waitFor('web:1');
  await screen.press('esc');
  inTable(cluster, second);
  cluster.timing.advance(10_000);
  inTable(cluster, third);
  await screen.press('shift-d');
  await screen.waitFor(/image: web:2 +│ .*image: web:3/);
});

test('values of secrets and large kinds are not asked for; too many rows are let be', () => {
  const { services, timing } = objectCluster();
  const options = { namespace: 'shop', isWhole: false, onMany: () => undefined };
  for (const kind of ['secrets', 'configmaps', 'events']) {
    expect(seenStep(services, findBuiltin(kind)!, options)).toBeUndefined();
  }
  // Of what there is much of, objects are kept where they come anyway.
  expect(seenStep(services, findBuiltin('pods')!, options)!.wholeObjects).toBe(false);
  const deployments = findBuiltin('deployments.apps')!;
  let many = 0;
  const step = seenStep(services, deployments, { ...options, onMany: () => many++ })!;
  expect(step.wholeObjects).toBe(true);
  for (let index = 0; index < 600; index++) {
    step.cells([], objectOf('Deployment', `d${index}`, { spec: {}, status: {} }));
  }
  timing.advance(1000);
  expect(many).toBe(1);
  // The next list of them comes without the objects; another namespace is another matter.
  expect(seenStep(services, deployments, options)).toBeUndefined();
  expect(seenStep(services, deployments, { ...options, namespace: 'other' })).toBeDefined();
  expect(seenObjects(services).versions('deployments.apps shop/d7')).toHaveLength(1);
  expect(seenObjects(services).versions('deployments.apps shop/d599')).toEqual([]);
});

test('metadata alone is no version', () => {
  const { services } = objectCluster();
  const step = seenStep(services, findBuiltin('pods')!, { namespace: undefined, isWhole: false, onMany() {} })!;
  step.cells([], {
    apiVersion: 'meta.k8s.io/v1',
    kind: 'PartialObjectMetadata',
    metadata: { name: 'a', namespace: 'b' },
  });
  expect(seenObjects(services).versions('pods b/a')).toEqual([]);
});
