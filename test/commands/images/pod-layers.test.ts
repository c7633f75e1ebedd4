import { describe, expect, test } from 'vitest';
import type { ImageFacts } from '../../../src/api/image-facts.ts';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { ImagePull, LayerPull } from '../../../src/api/node-pulls.ts';
import { imagesOfPod, layerCells, type NodeLayers, stateText } from '../../../src/commands/images/pod-layers.ts';

const layer = (digest: string, sizeBytes: number) => ({ digest, sizeBytes, instruction: '' });
const facts: ImageFacts = {
  ...{ reference: 'docker.io/shop/web:2', digest: 'sha256:two', sizeBytes: 3_500_000, simulated: false },
  layers: [layer('base', 3_000_000), layer('app', 500_000)],
};
const pod = (waiting?: string, more: object = {}): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1', namespace: 'default', uid: 'u1' },
    spec: {
      nodeName: 'n1',
      initContainers: [{ name: 'wait', image: 'busybox' }],
      containers: [{ name: 'web', image: 'shop/web:2' }],
    },
    status: {
      containerStatuses: [{ name: 'web', ...(waiting ? { state: { waiting: { reason: waiting } } } : {}), ...more }],
    },
  }) as KubeObject;
const web = (waiting?: string, more: object = {}) => ({ ...imagesOfPod(pod(waiting, more))[1]!, facts });
const node = (images: Record<string, string[]>, pulls: ImagePull[] = []): NodeLayers => ({
  images: new Map(Object.entries(images)),
  pulls,
});
const pull = (...layers: Partial<LayerPull>[]) =>
  ({
    podUid: 'u1',
    container: 'web',
    layers: layers.map((one) => ({ doneBytes: 0, sizeBytes: 1, ...one })),
  }) as ImagePull;

describe('the image of a container', () => {
  test('init containers come first, and say so', () => {
    expect(imagesOfPod(pod()).map(({ container, image }) => `${container} ${image}`)).toEqual([
      'init:wait busybox',
      'web shop/web:2',
    ]);
  });
  test('that runs is on its node, with what other images there share', () => {
    const one = web(undefined, { imageID: 'docker.io/shop/web@sha256:two' });
    const there = node({ 'sha256:one': ['base', 'old'], 'sha256:two': ['base', 'app'] });
    expect(layerCells(one, there)).toEqual(['shop/web:2', '3.5MB', '2', '1, 3MB', 'on node', 'n1']);
    expect(layerCells({ ...one, facts: undefined }, undefined)).toEqual([
      ...['shop/web:2', '<unknown>', '<unknown>', '-', 'on node', 'n1'],
    ]);
  });
  test('that is on its way shows how far it is', () => {
    const there = (...layers: Partial<LayerPull>[]) => node({ 'sha256:one': ['base'] }, [pull(...layers)]);
    expect(
      stateText(
        web('ContainerCreating'),
        there(
          { state: 'cached' },
          { state: 'pulling', sizeBytes: 1000, doneBytes: 450 },
          { state: 'waiting', sizeBytes: 1000 },
        ),
      ),
    ).toBe('pulling 0/2 layers, 22 % of 2kB');
    expect(stateText(web('ContainerCreating'), there({ state: 'shared' }))).toBe('waiting for another pull');
  });
  test('that is not there says what is missing, and why it is', () => {
    const there = node({ 'sha256:one': ['base'] });
    expect(stateText(web('ContainerCreating'), there)).toBe('missing 1/2 layers, 500kB');
    expect(stateText(web('ImagePullBackOff'), there)).toBe('ImagePullBackOff, missing 1/2 layers, 500kB');
    expect(stateText({ ...web('ErrImagePull'), facts: undefined }, there)).toBe('ErrImagePull');
    expect(stateText({ ...web(), node: '' }, undefined)).toBe('not scheduled');
    expect(stateText({ ...web('ContainerCreating'), facts: undefined }, undefined)).toBe('waiting');
  });
});
