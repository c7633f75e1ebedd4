import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CoreV1Api, KubeConfig, ListWatch, makeInformer, type V1ConfigMap, Watch } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start.ts';
import { eventually, type Sandbox, sandboxWithCluster } from '../support/program.ts';

const namespace = 'default';
const path = `/api/v1/namespaces/${namespace}/configmaps`;
const labelSelector = 'watched=yes';

const at = (kubeconfig: string) => {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  return {
    config,
    core,
    list: () => core.listNamespacedConfigMap({ namespace, labelSelector }),
    create: (name: string, labels: Record<string, string> = { watched: 'yes' }) =>
      core.createNamespacedConfigMap({ namespace, body: { metadata: { name, labels } } }),
    remove: (name: string) => core.deleteNamespacedConfigMap({ namespace, name }),
  };
};

/** What an informer tells of, in order. */
const heard = (informer: Pick<ListWatch<V1ConfigMap>, 'on'>): string[] => {
  const told: string[] = [];
  for (const verb of ['add', 'update', 'delete'] as const) {
    informer.on(verb, (object) => void told.push(`${verb} ${object.metadata?.name}`));
  }
  return told;
};

let emulator: Emulator | undefined;
afterEach(async () => {
  await emulator?.stop();
  emulator = undefined;
});

test('an informer whose version was forgotten is told 410, lists anew and misses nothing', async () => {
  emulator = await startEmulator({
    dataDir: ':memory:',
    port: 0,
    nodes: 1,
    seed: 'empty',
    name: 'test',
    quota: 4_000_000,
  });
  const client = at(emulator.adminKubeconfig);
  await client.create('kept');
  await client.create('lost');
  const told410: unknown[] = [];
  const asked: string[] = [];
  let hangUp = (): void => {};
  // The connection ends when the test says so; what the server answers goes through untouched.
  class Interrupted extends Watch {
    override async watch(...[url, query, see, done]: Parameters<Watch['watch']>) {
      asked.push(String(query.resourceVersion));
      const running = await super.watch(
        url,
        query,
        (type, object, event) => {
          if (type === 'ERROR') told410.push(object);
          see(type, object, event);
        },
        done,
      );
      hangUp = () => {
        running.abort();
        done(null);
      };
      return running;
    }
  }
  const options = { delayFn: async () => {} };
  const watch = new Interrupted(client.config);
  const informer = new ListWatch<V1ConfigMap>(path, watch, client.list, false, labelSelector, undefined, options);
  const told = heard(informer);
  await informer.start();
  await eventually(() => told.length === 2, 'the first list');

  await client.remove('lost');
  await eventually(() => told.includes('delete lost'), 'an event');
  const last = informer.latestResourceVersion();
  // Nothing of this concerns the informer, whose version grows old by it until it is no longer kept.
  const filling = { apiVersion: 'v1', kind: 'ConfigMap', data: { text: 'x'.repeat(200_000) } };
  for (let count = 0; count < 15; count++) {
    await emulator.client.create('configmaps', { ...filling, metadata: { name: 'filling', namespace } });
    await emulator.client.delete('configmaps', namespace, 'filling');
  }
  hangUp();
  await eventually(() => told410.length > 0, 'the word that the version is gone');
  expect(told410).toEqual([expect.objectContaining({ kind: 'Status', code: 410, reason: 'Expired' })]);
  await eventually(() => asked.length === 3, 'a watch from the new list on');
  expect(asked[1]).toBe(last);
  expect(Number(asked[2])).toBeGreaterThan(Number(last));
  await client.create('new');
  await eventually(() => told.includes('add new'), 'an event after the new list');
  expect(informer.list().map(({ metadata }) => metadata?.name)).toEqual(['kept', 'new']);
  await informer.stop();
});

let box: (Sandbox & { kubeconfig: string }) | undefined;
beforeAll(() => {
  box = sandboxWithCluster(['--empty', '--nodes', '1']);
});
afterAll(() => box?.dispose());

test('an informer lives through a server that is killed and started again', async () => {
  const { kctl, home } = box!;
  const client = at(kctl(['cluster', 'kubeconfig']).stdout);
  await client.create('before');
  await client.create('goes');
  const informer = makeInformer<V1ConfigMap>(client.config, path, client.list, labelSelector);
  const told = heard(informer);
  let failures = 0;
  let isOver = false;
  // As its documentation has it: who hears of a failure starts it again, with some patience.
  informer.on('error', () => {
    failures++;
    setTimeout(() => void (isOver || informer.start()), 50);
  });
  await informer.start();
  await eventually(() => told.length === 2, 'the first list');
  try {
    const { pid } = JSON.parse(readFileSync(join(home, 'kctl', 'clusters', 'kctl', 'cluster.json'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    await eventually(() => failures > 0, 'the end of the connection');
    expect(kctl(['cluster', 'start']).code).toBe(0);
    await client.remove('goes');
    await client.create('after');
    await eventually(() => told.includes('add after') && told.includes('delete goes'), 'what changed meanwhile');
    expect(informer.list().map(({ metadata }) => metadata?.name)).toEqual(['before', 'after']);
    // What was there all the time is not told of as new.
    expect(told.filter((one) => one === 'add before')).toHaveLength(1);
  } finally {
    isOver = true;
    await informer.stop();
  }
});
