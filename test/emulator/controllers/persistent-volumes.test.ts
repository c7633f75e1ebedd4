import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { createWorld, pod, type World } from './world.ts';

const CLAIMS = 'persistentvolumeclaims';
const VOLUMES = 'persistentvolumes';
const CLASSES = 'storageclasses.storage.k8s.io';

const volume = (name: string, storage: string, spec: Record<string, unknown> = {}, metadata = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name, ...metadata },
  spec: {
    capacity: { storage },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Retain',
    hostPath: { path: `/data/${name}` },
    ...spec,
  },
});
const claim = (name: string, storage: string, spec: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'default' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, storageClassName: '', ...spec },
});
const storageClass = (name: string, fields: Record<string, unknown> = {}, metadata = {}): KubeObject => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name, ...metadata },
  provisioner: 'kctl.dev/simulated',
  ...fields,
});
const user = (name: string, claimName: string, spec = {}) =>
  pod(name, { volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }], ...spec });

interface Parts {
  volumes?: KubeObject[];
  claims?: KubeObject[];
  classes?: KubeObject[];
}
async function made({ volumes = [], claims = [], classes = [] }: Parts): Promise<World> {
  const w = await createWorld();
  for (const one of classes) await w.client.create(CLASSES, one);
  for (const one of volumes) await w.client.create(VOLUMES, one);
  await w.run(1);
  for (const one of claims) await w.client.create(CLAIMS, one);
  await w.run(5);
  return w;
}
const volumeOf = (w: World, name: string) => w.get(CLAIMS, name)['spec'].volumeName;
const phase = (w: World, resource: string, name: string) => w.get(resource, name)['status'].phase;

describe('binding', () => {
  test('writes both sides, and takes the smallest volume that fits', async () => {
    const w = await made({
      volumes: [volume('large', '10Gi'), volume('small', '2Gi'), volume('tiny', '500Mi')],
      claims: [claim('a', '1Gi')],
    });
    const bound = w.get(CLAIMS, 'a');
    expect(bound['spec'].volumeName).toBe('small');
    expect(bound['status']).toMatchObject({
      phase: 'Bound',
      capacity: { storage: '2Gi' },
      accessModes: ['ReadWriteOnce'],
    });
    expect(bound.metadata.annotations).toMatchObject({
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    });
    expect(w.get(VOLUMES, 'small')['spec'].claimRef).toMatchObject({
      name: 'a',
      namespace: 'default',
      uid: bound.metadata.uid,
    });
    expect([phase(w, VOLUMES, 'small'), phase(w, VOLUMES, 'large')]).toEqual(['Bound', 'Available']);
    expect(w.errors).toEqual([]);
  });

  test.each([
    ['modes', volume('v', '1Gi'), claim('a', '1Gi', { accessModes: ['ReadWriteMany'] })],
    ['kind', volume('v', '1Gi', { volumeMode: 'Block' }), claim('a', '1Gi')],
    ['class', volume('v', '1Gi', { storageClassName: 'fast' }), claim('a', '1Gi')],
    ['labels', volume('v', '1Gi'), claim('a', '1Gi', { selector: { matchLabels: { disk: 'ssd' } } })],
    ['size', volume('v', '1Gi'), claim('a', '2Gi')],
    ['claim', volume('v', '1Gi', { claimRef: { namespace: 'default', name: 'b' } }), claim('a', '1Gi')],
  ])('does not take a volume of another %s', async (_, one, wanted) => {
    const w = await made({ volumes: [one], claims: [wanted] });
    expect(phase(w, CLAIMS, 'a')).toBe('Pending');
    expect(w.events('a')).toEqual([
      'FailedBinding: no persistent volumes available for this claim and no storage class is set',
    ]);
    expect(phase(w, VOLUMES, 'v')).toBe('Available');
  });

  test('prefers a volume that is kept for the claim, whatever its size', async () => {
    const kept = volume('kept', '9Gi', { claimRef: { namespace: 'default', name: 'a' } });
    const w = await made({ volumes: [volume('small', '1Gi'), kept], claims: [claim('a', '1Gi')] });
    expect(volumeOf(w, 'a')).toBe('kept');
    expect(w.get(VOLUMES, 'kept').metadata.annotations?.['pv.kubernetes.io/bound-by-controller']).toBeUndefined();
  });

  test('of a claim that names its volume says what is wrong with that', async () => {
    const w = await made({
      volumes: [volume('v', '1Gi'), volume('w', '1Gi')],
      claims: [
        claim('a', '5Gi', { volumeName: 'v' }),
        claim('b', '1Gi', { volumeName: 'w' }),
        claim('c', '1Gi', { volumeName: 'w' }),
      ],
    });
    expect(w.events('a')).toEqual(['VolumeMismatch: Cannot bind to requested volume "v": requested PV is too small']);
    expect(phase(w, CLAIMS, 'b')).toBe('Bound');
    expect(w.get(CLAIMS, 'b').metadata.annotations?.['pv.kubernetes.io/bound-by-controller']).toBeUndefined();
    expect(w.events('c')).toEqual(['FailedBinding: volume "w" already bound to a different claim.']);
    expect(phase(w, CLAIMS, 'c')).toBe('Pending');
  });

  test('is lost with the volume', async () => {
    const w = await made({ volumes: [volume('v', '1Gi')], claims: [claim('a', '1Gi')] });
    await w.client.delete(VOLUMES, undefined, 'v');
    await w.run(1);
    // It is held while it is bound: only force takes it away.
    expect(w.get(VOLUMES, 'v').metadata.finalizers).toEqual(['kubernetes.io/pv-protection']);
    await w.edit(VOLUMES, 'v', ({ metadata }) => {
      metadata.finalizers = [];
    });
    await w.run(1);
    expect(phase(w, CLAIMS, 'a')).toBe('Lost');
    expect(w.events('a')).toContain(
      'ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!',
    );
  });
});

describe('a claim that goes', () => {
  test('leaves a volume that is kept, released and bound to nobody else', async () => {
    const w = await made({ volumes: [volume('v', '1Gi')], claims: [claim('a', '1Gi')] });
    await w.client.delete(CLAIMS, 'default', 'a');
    await w.run(1);
    expect(phase(w, VOLUMES, 'v')).toBe('Released');
    await w.client.create(CLAIMS, claim('a', '1Gi'));
    await w.run(5);
    expect(phase(w, CLAIMS, 'a')).toBe('Pending');
  });

  test('takes a volume along that was made for it', async () => {
    const w = await made({ classes: [storageClass('now')], claims: [claim('a', '1Gi', { storageClassName: 'now' })] });
    const name = volumeOf(w, 'a');
    await w.client.delete(CLAIMS, 'default', 'a');
    await w.run(1);
    expect(w.lister.get(VOLUMES, undefined, name)).toBeUndefined();
  });

  test('leaves a volume that nobody can delete failed', async () => {
    const spec = { persistentVolumeReclaimPolicy: 'Delete' };
    const w = await made({ volumes: [volume('v', '1Gi', spec)], claims: [claim('a', '1Gi')] });
    await w.client.delete(CLAIMS, 'default', 'a');
    await w.run(1);
    expect(w.get(VOLUMES, 'v')['status']).toMatchObject({
      phase: 'Failed',
      message: 'host_path deleter only supports /tmp/.+ but received provided /data/v',
    });
  });

  test('waits for the pods that have it, also for finished ones', async () => {
    const w = await made({ classes: [storageClass('now')], claims: [claim('a', '1Gi', { storageClassName: 'now' })] });
    await w.client.create('pods', user('p', 'a'));
    await w.run(30);
    await w.client.delete(CLAIMS, 'default', 'a');
    await w.run(30);
    expect(w.get(CLAIMS, 'a').metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
    await w.client.delete('pods', 'default', 'p', { gracePeriodSeconds: 0 });
    await w.run(1);
    expect(w.lister.get(CLAIMS, 'default', 'a')).toBeUndefined();
  });
});

describe('provisioning', () => {
  test('takes its time, and is told as it goes', async () => {
    const w = await createWorld();
    await w.client.create(CLASSES, storageClass('now', { mountOptions: ['ro'] }));
    await w.client.create(CLAIMS, claim('a', '3Gi', { storageClassName: 'now' }));
    await w.run(1);
    expect(phase(w, CLAIMS, 'a')).toBe('Pending');
    await w.run(2);
    const name = `pvc-${w.get(CLAIMS, 'a').metadata.uid}`;
    expect(w.get(VOLUMES, name)['spec']).toMatchObject({
      capacity: { storage: '3Gi' },
      persistentVolumeReclaimPolicy: 'Delete',
      mountOptions: ['ro'],
    });
    expect(w.get(VOLUMES, name)['spec'].nodeAffinity).toBeUndefined();
    expect(w.events('a').map((said) => said.split(':')[0])).toEqual([
      'ExternalProvisioning',
      'Provisioning',
      'ProvisioningSucceeded',
    ]);
    expect(w.get(CLAIMS, 'a').metadata.annotations).toMatchObject({
      'volume.beta.kubernetes.io/storage-provisioner': 'kctl.dev/simulated',
      'volume.kubernetes.io/storage-provisioner': 'kctl.dev/simulated',
    });
  });

  test('waits for the first consumer and its node, where the class says so', async () => {
    const wait = storageClass('wait', { volumeBindingMode: 'WaitForFirstConsumer' });
    const w = await made({ classes: [wait], claims: [claim('a', '1Gi', { storageClassName: 'wait' })] });
    expect(w.events('a')).toEqual(['WaitForFirstConsumer: waiting for first consumer to be created before binding']);
    await w.client.create('pods', user('p', 'a', { nodeSelector: { 'kubernetes.io/hostname': 'kctl-worker-2' } }));
    await w.run(30);
    expect(w.get('pods', 'p')['status'].phase).toBe('Running');
    const [term] = w.get(VOLUMES, volumeOf(w, 'a'))['spec'].nodeAffinity.required.nodeSelectorTerms;
    expect(term.matchExpressions).toEqual([
      { key: 'kubernetes.io/hostname', operator: 'In', values: ['kctl-worker-2'] },
    ]);
  });

  test('a volume that would do is not taken before there is a consumer, but one that is kept for the claim is', async () => {
    const wait = storageClass('wait', { volumeBindingMode: 'WaitForFirstConsumer' });
    const classed = { storageClassName: 'wait' };
    const w = await made({
      classes: [wait],
      volumes: [
        volume('free', '1Gi', classed),
        volume('kept', '5Gi', { ...classed, claimRef: { name: 'b', namespace: 'default' } }),
      ],
      claims: [claim('a', '1Gi', classed), claim('b', '1Gi', classed)],
    });
    expect([volumeOf(w, 'a'), volumeOf(w, 'b')]).toEqual([undefined, 'kept']);
    await w.client.create('pods', user('p', 'a'));
    await w.run(20);
    expect(volumeOf(w, 'a')).toBe('free');
  });

  test('of an unknown class fails, and of a foreign one is left to others', async () => {
    const foreign = storageClass('foreign', { provisioner: 'example.org/disk' });
    const w = await made({
      classes: [foreign],
      claims: [claim('a', '1Gi', { storageClassName: 'none' }), claim('b', '1Gi', { storageClassName: 'foreign' })],
    });
    expect(w.events('a')).toEqual(['ProvisioningFailed: storageclass.storage.k8s.io "none" not found']);
    expect(w.events('b')[0]).toContain("created either by the external provisioner 'example.org/disk' or manually");
    expect(volumeOf(w, 'b')).toBeUndefined();
  });

  test('begins when there is a default class at last', async () => {
    const w = await made({ claims: [claim('a', '1Gi', { storageClassName: undefined })] });
    expect(phase(w, CLAIMS, 'a')).toBe('Pending');
    const isDefault = { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } };
    await w.client.create(CLASSES, storageClass('std', {}, isDefault));
    await w.run(20);
    expect(w.get(CLAIMS, 'a')['spec'].storageClassName).toBe('std');
    expect(phase(w, CLAIMS, 'a')).toBe('Bound');
  });
});

describe('growing', () => {
  const grow = (w: World, storage: string) =>
    w.edit(CLAIMS, 'a', ({ spec }) => {
      spec.resources.requests.storage = storage;
    });
  const parts = (fields: Record<string, unknown>): Parts => ({
    classes: [storageClass('now', fields)],
    claims: [claim('a', '1Gi', { storageClassName: 'now' })],
  });

  test('first the volume, then the file system when a pod runs with it', async () => {
    const w = await made(parts({ allowVolumeExpansion: true }));
    await grow(w, '4Gi');
    await w.run(1);
    expect(w.get(CLAIMS, 'a')['status'].conditions).toMatchObject([{ type: 'Resizing', status: 'True' }]);
    await w.run(30);
    expect(w.get(VOLUMES, volumeOf(w, 'a'))['spec'].capacity.storage).toBe('4Gi');
    expect(w.get(CLAIMS, 'a')['status']).toMatchObject({
      capacity: { storage: '1Gi' },
      conditions: [{ type: 'FileSystemResizePending', status: 'True' }],
    });
    await w.client.create('pods', user('p', 'a'));
    await w.run(30);
    expect(w.get(CLAIMS, 'a')['status']).toEqual({
      phase: 'Bound',
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '4Gi' },
    });
    expect(w.events('p').join()).toContain('FileSystemResizeSuccessful: MountVolume.NodeExpandVolume succeeded');
  });

  test('is not for classes that do not allow it', async () => {
    const w = await made(parts({ allowVolumeExpansion: false }));
    await expect(grow(w, '4Gi')).rejects.toThrow('only dynamically provisioned pvc can be resized');
  });
});

test('a pod brings claims along, which go with it', async () => {
  const w = await made({ classes: [storageClass('now')] });
  const volumeClaimTemplate = {
    metadata: { labels: { a: 'b' } },
    spec: claim('x', '1Gi', { storageClassName: 'now' })['spec'],
  };
  await w.client.create('pods', pod('p', { volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate } }] }));
  await w.run(30);
  expect(w.get(CLAIMS, 'p-scratch').metadata).toMatchObject({
    labels: { a: 'b' },
    ownerReferences: [{ kind: 'Pod', name: 'p' }],
  });
  expect(w.get('pods', 'p')['status'].phase).toBe('Running');
  await w.client.delete('pods', 'default', 'p', { gracePeriodSeconds: 0 });
  await w.run(2);
  expect(w.lister.get(CLAIMS, 'default', 'p-scratch')).toBeUndefined();
  expect(w.lister.list(VOLUMES)).toEqual([]);
});

/* What kube-controller-manager 1.36.3 did and said when the same was done to it. */
describe('as the real one', () => {
  test('a claim finds a volume that comes later only when all claims are looked at again', async () => {
    const w = await made({ claims: [claim('a', '1Gi')] });
    await w.client.create(VOLUMES, volume('late', '1Gi'));
    await w.run(5);
    expect(phase(w, VOLUMES, 'late')).toBe('Available');
    expect(phase(w, CLAIMS, 'a')).toBe('Pending');
    await w.run(10);
    expect(volumeOf(w, 'a')).toBe('late');
  });

  test('volumes that come and go do not make a waiting claim speak', async () => {
    const w = await made({ claims: [claim('a', '1Gi', { storageClassName: 'none' })] });
    for (const name of ['x', 'y', 'z']) await w.client.create(VOLUMES, volume(name, '1Gi'));
    await w.run(3);
    const [event] = w.lister.list<KubeObject>('events').filter((one) => one['involvedObject'].name === 'a');
    expect(event!['count']).toBe(1);
    await w.run(20);
    const [later] = w.lister.list<KubeObject>('events').filter((one) => one['involvedObject'].name === 'a');
    expect(later!['count']).toBe(2);
  });

  test.each([
    ['kubernetes.io/aws-ebs', 'ebs.csi.aws.com', /^ExternalProvisioning: .*external provisioner 'ebs\.csi\.aws\.com'/],
    [
      'kubernetes.io/host-path',
      'kubernetes.io/host-path',
      /^ProvisioningFailed: Failed to create provisioner: provisioning in volume plugin "kubernetes\.io\/host-path" is disabled$/,
    ],
    ['kubernetes.io/nfs', undefined, /^ProvisioningFailed: no provisionable volume plugin matched$/],
    [
      'kubernetes.io/no-provisioner',
      undefined,
      /^ProvisioningFailed: no volume plugin matched name: kubernetes\.io\/no-provisioner$/,
    ],
  ])('a class of %s', async (provisioner, mark, said) => {
    const w = await made({
      classes: [storageClass('c', { provisioner })],
      claims: [claim('a', '1Gi', { storageClassName: 'c' })],
    });
    const { annotations = {} } = w.get(CLAIMS, 'a').metadata;
    expect(annotations['volume.kubernetes.io/storage-provisioner']).toBe(mark);
    expect(w.events('a')).toEqual([expect.stringMatching(said)]);
  });

  test('a volume to recycle is emptied in a pod, and offered again', async () => {
    const w = await made({
      volumes: [volume('v', '1Gi', { persistentVolumeReclaimPolicy: 'Recycle' })],
      claims: [claim('a', '1Gi')],
    });
    const phases: string[] = [];
    w.lister.subscribe(VOLUMES, ({ object }) => {
      const { status, spec } = object as KubeObject;
      phases.push(`${status.phase} ${spec.claimRef?.name ?? '-'}`);
    });
    await w.client.delete(CLAIMS, 'default', 'a');
    await w.run(1);
    const recycler = w.get('pods', 'recycler-for-v');
    expect(recycler['spec']).toMatchObject({ activeDeadlineSeconds: 60, restartPolicy: 'Never' });
    await w.run(60);
    expect(phases).toEqual(['Released a', 'Released -', 'Available -']);
    expect(w.lister.get('pods', 'default', 'recycler-for-v')).toBeUndefined();
    const told = w.events('v');
    expect(told[0]).toMatch(/^RecyclerPod: Recycler pod: Successfully assigned default\/recycler-for-v to /);
    expect(told.at(-1)).toBe('VolumeRecycled: Volume recycled');
  });

  test('a volume that nobody can recycle has failed', async () => {
    const csi = { driver: 'example.com', volumeHandle: 'h' };
    const spec = { persistentVolumeReclaimPolicy: 'Recycle', hostPath: undefined, csi };
    const w = await made({ volumes: [volume('v', '1Gi', spec)], claims: [claim('a', '1Gi')] });
    await w.client.delete(CLAIMS, 'default', 'a');
    await w.run(5);
    expect(phase(w, VOLUMES, 'v')).toBe('Failed');
    expect(w.events('v')).toEqual(['VolumeFailedRecycle: No recycler plugin found for the volume!']);
  });
});
