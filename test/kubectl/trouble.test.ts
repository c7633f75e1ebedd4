import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api, KubeConfig, ListWatch, type V1ConfigMap, Watch } from '@kubernetes/client-node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configMap, type TestCluster, testCluster } from '../emulator/server/cluster.ts';
import { eventually } from '../support/program.ts';

const namespace = 'default';
const MAPS = `/api/v1/namespaces/${namespace}/configmaps`;

let dir: string;
let cluster: TestCluster;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'kctl-trouble-'));
  cluster = await testCluster({ dataDir: join(dir, 'data') });
});
afterEach(async () => {
  await cluster.stop();
  rmSync(dir, { recursive: true, force: true });
});

const control = async (path: string, body: object) => {
  const answer = await cluster.call('POST', `/kctl/v1/${path}`, { body });
  expect([path, answer.status, answer.text]).toEqual([path, 200, expect.any(String)]);
};
const create = (name: string, text = 'x') => cluster.call('POST', MAPS, { body: configMap(name, { data: { text } }) });

/** An informer of the client library, and what it believes there is. */
async function informed() {
  const config = new KubeConfig();
  config.loadFromString(cluster.emulator.adminKubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const lists: string[] = [];
  const list = async () => {
    const answer = await core.listNamespacedConfigMap({ namespace });
    lists.push(answer.metadata?.resourceVersion ?? '');
    return answer;
  };
  const options = { delayFn: async () => {} };
  const informer = new ListWatch<V1ConfigMap>(MAPS, new Watch(config), list, false, undefined, undefined, options);
  await informer.start();
  const believed = () =>
    informer
      .list()
      .filter(({ data }) => data?.text)
      .map(({ metadata, data }) => `${metadata?.name} ${data?.text}`)
      .sort();
  return { informer, lists, believed };
}

test('an informer follows a restore, of what was changed, removed, remade and new', async () => {
  await create('changed', 'before');
  await create('removed', 'here');
  await create('remade', 'first');
  await control('snapshots/save', { name: 'x' });
  const { informer, believed } = await informed();
  const put = configMap('changed', { data: { text: 'after' } });
  await cluster.call('PUT', `${MAPS}/changed`, { body: put });
  for (const name of ['removed', 'remade']) await cluster.call('DELETE', `${MAPS}/${name}`);
  await create('remade', 'second');
  await create('new', 'new');
  await eventually(() => believed().join() === 'changed after,new new,remade second', 'the changes');
  await control('snapshots/restore', { name: 'x' });
  await eventually(() => believed().join() === 'changed before,remade first,removed here', 'the restored state');
  await create('later', 'on');
  await eventually(() => believed().includes('later on'), 'what comes after it');
  await informer.stop();
});

test.each([
  ['ends', { kind: 'watch-drop' }, 1],
  ['cuts', { kind: 'watch-drop', cut: true }, 1],
  ['forgets', { kind: 'gone' }, 2],
] as const)('an informer gets over a fault that %s its watch', async (_, fault, lists) => {
  const told = await informed();
  await create('a');
  await eventually(() => told.believed().length === 1, 'an event');
  told.informer.on('error', () => void told.informer.start());
  await control('faults', fault);
  await create('b');
  await eventually(() => told.believed().length === 2, 'an event after the fault');
  expect(told.lists.length).toBeGreaterThanOrEqual(lists);
  await told.informer.stop();
});
