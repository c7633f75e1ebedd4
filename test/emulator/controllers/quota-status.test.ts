import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { admissionPlugins } from '../../../src/emulator/admission/index.ts';
import { followQuotas } from '../../../src/emulator/admission/resource-quota.ts';
import { bootstrap } from '../../../src/emulator/bootstrap.ts';
import type { ApiClient } from '../../../src/emulator/client.ts';
import { SimulatedClock } from '../../../src/emulator/clocks.ts';
import { followDefinitions } from '../../../src/emulator/crd/definitions.ts';
import { Catalog } from '../../../src/emulator/registry/catalog.ts';
import { inProcessClient } from '../../../src/emulator/registry/in-process-client.ts';
import type { Machine } from '../../../src/emulator/registry/machine.ts';
import { Store } from '../../../src/emulator/storage/store.ts';
import { START } from './world.ts';

let machine: Machine;
let client: ApiClient;
let clock: SimulatedClock;
let stop: () => void;

beforeEach(async () => {
  clock = new SimulatedClock(START);
  machine = {
    store: new Store(':memory:'),
    catalog: new Catalog(),
    clock,
    random: () => 0.5,
    admission: admissionPlugins,
  };
  bootstrap(machine);
  followDefinitions(machine);
  client = inProcessClient(machine);
  await client.create('serviceaccounts', object('v1', 'ServiceAccount', 'default', {}));
  stop = followQuotas(machine);
});
afterEach(() => stop());

const object = (apiVersion: string, kind: string, name: string, more: object): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'default' },
  ...more,
});
const pod = (name: string, more: object = {}) =>
  object('v1', 'Pod', name, {
    spec: {
      containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '0.3', memory: '512Mi' } } }],
      ...more,
    },
  });
const quota = (hard: Record<string, string>, more: object = {}) =>
  client.create('resourcequotas', object('v1', 'ResourceQuota', 'q', { spec: { hard, ...more } }));
function after(seconds: number): Record<string, string> {
  clock.advanceTo(clock.now() + seconds * 1000);
  return machine.store.get('resourcequotas', 'default', 'q')!.status.used;
}

test('amounts are told in their shortest form, and kinds that nobody serves not at all', async () => {
  await client.create('pods', pod('a'));
  await client.create('pods', pod('b'));
  await quota({ 'requests.cpu': '2000m', 'requests.memory': '2048Mi', pods: '10', 'count/foos.example.com': '3' });
  expect(after(1)).toEqual({ 'requests.cpu': '600m', 'requests.memory': '1Gi', pods: '2' });
});

test('what ends gives back all but its name', async () => {
  await quota({ pods: '5', 'count/pods': '5', 'requests.cpu': '1' });
  const made = await client.create('pods', pod('a'));
  expect(after(1)).toEqual({ pods: '1', 'count/pods': '1', 'requests.cpu': '300m' });
  await client.updateStatus('pods', { ...made, status: { phase: 'Succeeded' } });
  expect(after(1)).toEqual({ pods: '0', 'count/pods': '1', 'requests.cpu': '0' });
});

test('a pod that should be gone and is not counts no more when its grace is over twice', async () => {
  await quota({ pods: '5' });
  await client.create('pods', pod('a', { nodeName: 'n', terminationGracePeriodSeconds: 30 }));
  await client.delete('pods', 'default', 'a');
  expect(after(59)['pods']).toBe('1');
  expect(after(3)['pods']).toBe('0');
});

test('objects of custom kinds count as soon as somebody serves them', async () => {
  await quota({ 'count/foos.example.com': '1' });
  expect(after(1)).toEqual({});
  await client.create('customresourcedefinitions.apiextensions.k8s.io', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'foos.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'foos', singular: 'foo', kind: 'Foo' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  });
  const foo = (name: string) => object('example.com/v1', 'Foo', name, {});
  await client.create('foos.example.com', foo('a'));
  expect(after(1)).toEqual({ 'count/foos.example.com': '1' });
  await expect(client.create('foos.example.com', foo('b'))).rejects.toThrow(
    'foos.example.com "b" is forbidden: exceeded quota: q, requested: count/foos.example.com=1, used: count/foos.example.com=1, limited: count/foos.example.com=1',
  );
  await client.delete('foos.example.com', 'default', 'a');
  expect(after(1)).toEqual({ 'count/foos.example.com': '0' });
});

test('scopes choose what counts', async () => {
  await quota({ pods: '5' }, { scopes: ['Terminating'] });
  await client.create('pods', pod('a'));
  expect(after(1)).toEqual({ pods: '0' });
  await client.create('pods', pod('b', { activeDeadlineSeconds: 60 }));
  expect(after(1)).toEqual({ pods: '1' });
});

test("the figures are the controller manager's, as it writes them", async () => {
  await quota({ pods: '3' });
  after(1);
  const { managedFields = [] } = machine.store.get('resourcequotas', 'default', 'q')!.metadata;
  expect(managedFields.filter(({ subresource }) => subresource === 'status')).toEqual([
    expect.objectContaining({
      manager: 'kube-controller-manager',
      operation: 'Update',
      fieldsV1: { 'f:status': { 'f:hard': { '.': {}, 'f:pods': {} }, 'f:used': { '.': {}, 'f:pods': {} } } },
    }),
  ]);
});
