import { describe, expect, test } from 'vitest';
import type { KnownImage } from '../../../../src/api/image-facts.ts';
import type { KubeObject } from '../../../../src/api/meta.ts';
import { candidateNodes } from '../../../../src/store/rollout/diff/candidate-nodes.ts';
import { bytesOf, compareLayers, imagePairs } from '../../../../src/store/rollout/diff/image-changes.ts';
import { imageKey, nodePull } from '../../../../src/store/rollout/diff/node-pulls.ts';

const facts = (name: string, layers: Record<string, number>, digests?: string[]) => ({
  ...{ reference: name, digest: digests?.[0] ?? `sha256:${name}`, simulated: digests === undefined },
  ...(digests && { digests }),
  sizeBytes: Object.values(layers).reduce((sum, size) => sum + size, 0),
  layers: Object.entries(layers).map(([digest, sizeBytes]) => ({ digest, sizeBytes, instruction: '' })),
});
const one = facts('reg/web:1', { base: 100, deps: 50, app1: 5 });
const two = facts('reg/web:2', { base: 100, deps: 50, app2: 6 });

const node = (images: (string[] | { names: string[]; sizeBytes: number })[], runtime = 'kctl-sim://1') =>
  ({
    ...{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } },
    status: {
      nodeInfo: { containerRuntimeVersion: runtime, operatingSystem: 'linux', architecture: 'amd64' },
      images: images.map((image) => (Array.isArray(image) ? { names: image, sizeBytes: 1 } : image)),
    },
  }) as KubeObject;
const template = (image: string, policy = 'IfNotPresent') => ({
  spec: { containers: [{ name: 'web', image, imagePullPolicy: policy }] },
});
const pull = (
  on: KubeObject,
  image: string,
  known: Record<string, KnownImage>,
  {
    policy = 'IfNotPresent',
    sizes = {} as Record<string, number>,
    images = [] as string[][],
    layers = [] as string[],
  } = {},
) =>
  nodePull({ node: on, pods: 1, mayRun: true, images }, template(image, policy), {
    fullName: (name) => name,
    known: new Map(Object.entries(known).map(([name, value]) => [imageKey('linux/amd64', name), value])),
    reportedSizes: new Map(Object.entries(sizes)),
    layersOn: new Map([['n1', layers]]),
  });

test('layers are compared by digest', () => {
  const layers = compareLayers(one, two, 'linux/amd64');
  expect([layers.shared, layers.fresh, layers.gone].map(bytesOf)).toEqual([150, 6, 5]);
  expect(bytesOf(compareLayers(undefined, two, '').fresh)).toBe(156);
});

test('images that changed, each pair once', () => {
  const spec = (web: string, side: string) => ({
    spec: {
      containers: [
        { name: 'web', image: web },
        { name: 'too', image: web },
        { name: 'side', image: side },
      ],
    },
  });
  expect(imagePairs(spec('a:1', 's'), spec('a:2', 's'))).toEqual([
    { containers: ['web', 'too'], before: 'a:1', after: 'a:2' },
  ]);
});

describe('what a node fetches', () => {
  const known = { 'reg/web:1': { facts: one }, 'reg/web:2': { facts: two } };

  test('is what none of its images has, exactly where all are known', () => {
    expect(pull(node([['reg/web:1']]), 'reg/web:2', known)).toEqual({
      ...{ node: 'n1', platform: 'linux/amd64', pods: 1, mayRun: true, bytes: 6 },
      images: [{ reference: 'reg/web:2', present: false, layers: 1, bytes: 6 }],
    });
    expect(pull(node([]), 'reg/web:2', known)).toMatchObject({ bytes: 156 });
    expect(pull(node([['reg/web:2']]), 'reg/web:2', known)).toMatchObject({ bytes: 0, images: [{ present: true }] });
  });

  test('leaves out what its containers run from, and what a simulated node tells of', () => {
    expect(pull(node([]), 'reg/web:2', known, { images: [['reg/web:1']] })).toMatchObject({ bytes: 6 });
    expect(pull(node([]), 'reg/web:2', known, { layers: ['base'] })).toMatchObject({ bytes: 56 });
    expect(pull(node([]), 'reg/web:2', known, { images: [['reg/web:2']] })).toMatchObject({ bytes: 0 });
  });

  test('is an upper bound where a node may have more than is known', () => {
    expect(pull(node([['reg/web:1'], ['reg/other:1']]), 'reg/web:2', known)).toMatchObject({
      bytes: 6,
      estimate: 'at most: the layers of some images on the node are not known',
    });
    const many = Array.from({ length: 50 }, () => ['reg/web:1']);
    expect(pull(node(many), 'reg/web:2', known).estimate).toBe('at most: a node names only its 50 largest images');
    const real = node([['reg/web:1']], 'containerd://2.0');
    expect(pull(real, 'reg/web:2', known).estimate).toBe(
      'at most: of what the node keeps only images of the same repository are compared',
    );
  });

  test('is the size that others report where no registry tells, and unknown else', () => {
    const unread = { 'reg/web:2': { unknown: 'no way' } };
    expect(pull(node([]), 'reg/web:2', unread, { sizes: { 'reg/web:2': 77 } })).toMatchObject({
      bytes: 77,
      estimate: 'the size that another node reports, without regard to shared layers: no way',
    });
    const unknown = pull(node([]), 'reg/web:2', unread);
    expect(unknown.bytes).toBeUndefined();
    expect(unknown.estimate).toBe('its size is not known: no way');
  });

  test('of a tag that moved is nothing, unless it is always pulled', () => {
    const moved = { 'reg/web:2': { facts: facts('reg/web:2', { base: 100 }, ['sha256:index', 'sha256:new']) } };
    const on = node([['reg/web:2', 'reg/web@sha256:old']], 'containerd://2.0');
    expect(pull(on, 'reg/web:2', moved)).toMatchObject({
      bytes: 0,
      images: [{ note: 'the node keeps another image under this name, and will run that one (IfNotPresent)' }],
    });
    expect(pull(on, 'reg/web:2', moved, { policy: 'Always' })).toMatchObject({
      bytes: 100,
      images: [{ present: false }],
    });
    const same = node([['reg/other:1', 'reg/web@sha256:index']], 'containerd://2.0');
    expect(pull(same, 'reg/web:2', moved, { policy: 'Always' })).toMatchObject({
      bytes: 0,
      images: [{ present: true }],
    });
  });
});

test('containers tell what is on their node once it has an id', () => {
  const pod = {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: {}, spec: { nodeName: 'n1' } },
    status: {
      initContainerStatuses: [{ image: 'a:1', imageID: 'docker-pullable://a@sha256:1' }],
      containerStatuses: [
        { image: 'b:1', imageID: '' },
        { image: 'c:1', imageID: 'docker://sha256:3' },
      ],
    },
  } as KubeObject;
  const [found] = candidateNodes('Deployment', {}, [node([])], [pod]);
  expect(found?.images).toEqual([['a:1', 'a@sha256:1'], ['c:1']]);
});

test('candidates are the nodes with pods, then those that may get some', () => {
  const named = (name: string, spec: object = {}, labels: object = {}) =>
    ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec }) as KubeObject;
  const taint = { key: 'only', effect: 'NoSchedule' };
  const nodes = [
    named('free'),
    named('tainted', { taints: [taint] }),
    named('cordoned', { unschedulable: true }),
    named('busy', { unschedulable: true }),
  ];
  const pod = (nodeName: string, metadata: object = {}) =>
    ({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { nodeName } }) as KubeObject;
  const pods = [pod('busy'), pod('busy'), pod('free', { deletionTimestamp: 'x' })];
  const found = (kind: string, spec: Record<string, unknown>) =>
    candidateNodes(kind, { spec }, nodes, pods).map(({ node, pods, mayRun }) => [node.metadata.name, pods, mayRun]);
  expect(found('Deployment', {})).toEqual([
    ['busy', 2, false],
    ['free', 0, true],
  ]);
  expect(found('Deployment', { tolerations: [{ operator: 'Exists' }] }).map(([name]) => name)).toEqual([
    'busy',
    'free',
    'tainted',
  ]);
  expect(found('DaemonSet', {}).map(([name]) => name)).toEqual(['busy', 'cordoned', 'free']);
});
