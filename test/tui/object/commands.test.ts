import { afterEach, describe, expect, test } from 'vitest';
import type { TestScreen } from '../render-test.ts';
import { objectCluster, objectOf, pod, type } from './object-cluster.ts';

let screen: TestScreen | undefined;

afterEach(() => screen?.close());

async function open(): Promise<TestScreen> {
  const cluster = objectCluster();
  cluster.put('pods', pod('Running'));
  cluster.put('configmaps', objectOf('ConfigMap', 'settings', { metadata: { namespace: 'other' } }));
  cluster.put('nodes', objectOf('Node', 'n1', { metadata: { namespace: undefined } }));
  cluster.put('namespaces', objectOf('Namespace', 'other', { metadata: { namespace: undefined } }));
  screen = await cluster.open(120, 30);
  return screen;
}

describe('what keys show of a row, by name', () => {
  test.each([
    [':why pod/web-1', 'why(pods shop/web-1)'],
    [':why po web-1', 'why(pods shop/web-1)'],
    [':why web-1', 'why(pods shop/web-1)'],
    [':why', 'why(pods shop/web-1)'],
    [':tree node/n1', 'tree(nodes n1)'],
    [':diff pod/web-1', 'diff(pods shop/web-1)'],
    [':timeline po/web-1 shop', 'timeline(pods shop/web-1)'],
    [':used-by cm/settings other', 'uses(configmap/settings)'],
    [':used-by cm settings other', 'uses(configmap/settings)'],
    [':describe no/n1', 'describe(nodes n1)'],
    [':yaml pod/web-1', 'yaml(pods shop/web-1)'],
  ])('%s', async (line, title) => {
    const s = await open();
    await type(s, line);
    await s.waitFor(title);
    await s.press('esc');
    expect(s.text()).toContain('pods(shop)');
  });

  test.each([
    [':why pod/gone', 'pods "gone" not found'],
    [':used-by pod/web-1', 'not for pods'],
    [':tree pods web-1 nowhere', 'not found'],
    [':why boat/anna', 'doesn\'t have a resource type "boat"'],
  ])('%s says what is wrong', async (line, told) => {
    const s = await open();
    await type(s, line);
    await s.waitFor(told);
    expect(s.text()).toContain('pods(shop)');
  });

  test('without a name where nothing is under the cursor it asks for one', async () => {
    const s = await open();
    await type(s, ':help');
    await type(s, ':why');
    await s.waitFor('which object? :why KIND/NAME');
    await type(s, ':why web-1');
    await s.waitFor('which object? :why KIND/NAME');
  });
});
