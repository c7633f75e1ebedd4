import { afterEach, beforeEach, expect, test } from 'vitest';
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

const running = (imageID: string): void => {
  world.cluster.objects.get('pods shop/web')!.status!.containerStatuses[0].imageID = imageID;
};

async function open(): Promise<void> {
  s = await renderTest({ cols: 150, rows: 40, cluster: world.cluster, kind: 'pods' });
  await s.waitFor('web');
  await s.press('shift-i');
  await s.waitFor('of its registry');
}

test('what runs and is no more in the registry is not passed off as what its tag means now', async () => {
  const host = await world.registry();
  running(`${host}/shop/web@sha256:${'9'.repeat(64)}`);
  await open();
  await s.waitFor('What the cluster runs may be another one.');
  expect(s.text()).toContain('ADD base.tar /');
});

test('what runs by the digest that the registry has is shown without such a word', async () => {
  await world.registry();
  await open();
  await s.waitFor('ADD base.tar /');
  expect(s.text()).not.toContain('may be another one');
});
