import { afterEach, beforeEach, expect, test } from 'vitest';
import { putObject } from '../fake-services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';
import { type ImageWorld, imageWorld } from './image-world.ts';

let world: ImageWorld;
let s: TestScreen;

beforeEach(async () => {
  world = await imageWorld();
});
afterEach(async () => {
  s.close();
  await world.close();
});

async function open(kind = 'pods'): Promise<void> {
  s = await renderTest({ cols: 120, rows: 30, cluster: world.cluster, kind });
  await s.waitFor('web');
}

test('of several images of a pod one is chosen, init and debug containers too, and Esc leads back to the row', async () => {
  putObject(world.cluster, 'pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', uid: 'uid-shop-web' },
    spec: {
      containers: [{ name: 'main', image: 'shop/web:1' }],
      initContainers: [{ name: 'first', image: 'shop/base:1' }],
      ephemeralContainers: [{ name: 'debug', image: 'shop/base:1' }],
    },
  });
  await open();
  await s.press('shift-i');
  await s.waitFor('Which image of web?');
  expect(s.text()).toMatch(/shop\/web:1 +main/);
  expect(s.text()).toMatch(/shop\/base:1 +first, debug/);
  await s.press('down', 'enter');
  await s.waitFor('layers(shop/base:1)');
  await s.press('esc');
  await s.waitFor(/> +\S* *web/);
});

test('a row of the list of images leads to its layers as Enter does', async () => {
  await open();
  await s.press(':');
  await s.type('images');
  await s.press('enter');
  await s.waitFor('shop/base:1');
  await s.press('shift-i');
  await s.waitFor(/layers\(shop\/(base|web):1\)\[1\//);
  await s.press('esc');
  await s.waitFor('shop/base:1');
});
