import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start.ts';
import type { Cluster } from '../../src/kube/cluster.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import { clusterServices } from '../../src/tui/cluster-services.ts';
import { renderTest, type TestScreen } from './render-test.ts';

let emulator: Emulator;
let folder: string;
let screen: TestScreen | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-idle-'));
  emulator = await startEmulator({ dataDir: ':memory:', port: 0, nodes: 1, seed: 'empty', name: 'test' });
  writeFileSync(join(folder, 'config'), emulator.adminKubeconfig, { mode: 0o600 });
});

afterEach(() => screen?.close());

afterAll(async () => {
  await emulator.stop();
  rmSync(folder, { recursive: true });
});

const crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'boats.shop.example' },
  spec: {
    group: 'shop.example',
    scope: 'Namespaced',
    names: { plural: 'boats', singular: 'boat', kind: 'Boat', listKind: 'BoatList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        additionalPrinterColumns: [{ name: 'Sails', type: 'integer', jsonPath: '.spec.sails' }],
      },
    ],
  },
};

const boat = (name: string, sails: number) => ({
  apiVersion: 'shop.example/v1',
  kind: 'Boat',
  metadata: { name, namespace: 'default' },
  spec: { sails },
});

/** `cluster` with every request for boats noted, as `list` or `watch`. */
function counted(cluster: Cluster, asked: string[]): Cluster {
  const transport = new Proxy(cluster.transport, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const { path, query } = (args[0] ?? {}) as { path?: string; query?: { watch?: string } };
        if (path?.includes('boats')) asked.push(query?.watch === undefined ? 'list' : 'watch');
        return member.apply(target, args);
      };
    },
  });
  return { ...cluster, transport };
}

test('a table of custom objects is listed once, then watched: its columns are live, and rest costs no request', async () => {
  await emulator.client.create('customresourcedefinitions.apiextensions.k8s.io', crd);
  const env = { KUBECONFIG: join(folder, 'config'), HOME: folder, KUBECACHEDIR: join(folder, 'cache') };
  const options = { env, cwd: folder };
  const asked: string[] = [];
  const cluster = counted(await openCluster(options), asked);
  await emulator.client.create('boats.shop.example', boat('anna', 2));
  const services = clusterServices(cluster, options);
  screen = await renderTest({ cols: 100, rows: 24, cluster: { services }, kind: 'boats.shop.example' });
  await screen.waitFor(/anna +2/);
  await screen.waitFor('● live');
  expect(asked).toEqual(['list', 'watch']);
  await emulator.client.create('boats.shop.example', boat('berta', 3));
  await screen.waitFor(/berta +3/);
  await emulator.client.update('boats.shop.example', {
    ...emulator.lister.get('boats.shop.example', 'default', 'anna')!,
    spec: { sails: 5 },
  });
  await screen.waitFor(/anna +5/);
  // A filter and an order are the table's own affair.
  await screen.press('/');
  await screen.type('sails>3\r');
  await screen.waitFor('[1/2]');
  await screen.press('esc', 'shift-n');
  expect(asked).toEqual(['list', 'watch']);
});
