import { beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { admissionPlugins } from '../../../src/emulator/admission/index.ts';
import { followQuotas } from '../../../src/emulator/admission/resource-quota.ts';
import { bootstrap } from '../../../src/emulator/bootstrap.ts';
import type { ApiClient } from '../../../src/emulator/client.ts';
import { SimulatedClock } from '../../../src/emulator/clocks.ts';
import { Catalog } from '../../../src/emulator/registry/catalog.ts';
import { inProcessClient } from '../../../src/emulator/registry/in-process-client.ts';
import type { Machine } from '../../../src/emulator/registry/machine.ts';
import { Store } from '../../../src/emulator/storage/store.ts';

let machine: Machine;
let client: ApiClient;
let clock: SimulatedClock;

beforeEach(() => {
  clock = new SimulatedClock(Date.parse('2026-03-02T10:00:00Z'));
  let state = 7;
  const random = () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  machine = { store: new Store(':memory:'), catalog: new Catalog(), clock, random, admission: admissionPlugins };
  bootstrap(machine);
  client = inProcessClient(machine);
});

const object = (kind: string, name: string, more: Record<string, unknown> = {}, apiVersion = 'v1'): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'default' },
  ...more,
});

const pod = (name: string, resources?: unknown, more: Record<string, unknown> = {}): KubeObject =>
  object('Pod', name, {
    spec: { containers: [{ name: 'c', image: 'nginx:1.27', ...(resources ? { resources } : {}) }], ...more },
  });

const service = (name: string, spec: Record<string, unknown> = {}): KubeObject =>
  object('Service', name, { spec: { ports: [{ port: 80 }], ...spec } });

describe('classes that are called the default', () => {
  const storageClass = (name: string, isDefault: boolean) =>
    client.create('storageclasses.storage.k8s.io', {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: {
        name,
        ...(isDefault ? { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } : {}),
      },
      provisioner: 'example.com/disk',
    });
  const claim = async (name: string, more: Record<string, unknown> = {}) => {
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...more };
    const made = await client.create('persistentvolumeclaims', object('PersistentVolumeClaim', name, { spec }));
    return made.spec.storageClassName;
  };

  test('are given to claims that name none, the newest of them', async () => {
    expect(await claim('before')).toBeUndefined();
    await storageClass('old', true);
    clock.advanceTo(clock.now() + 60_000);
    await storageClass('new', true);
    await storageClass('other', false);
    expect(await claim('a')).toBe('new');
    expect(await claim('b', { storageClassName: 'other' })).toBe('other');
    expect(await claim('c', { storageClassName: '' })).toBe('');
  });

  test('are given to ingresses that name none, in neither way', async () => {
    await client.create('ingressclasses.networking.k8s.io', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'nginx', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'example.com/ingress' },
    });
    const ingress = async (name: string, spec = {}, annotations?: Record<string, string>) => {
      const backend = { service: { name: 's', port: { number: 80 } } };
      const body = object('Ingress', name, { spec: { defaultBackend: backend, ...spec } }, 'networking.k8s.io/v1');
      if (annotations) body.metadata.annotations = annotations;
      return (await client.create('ingresses.networking.k8s.io', body)).spec.ingressClassName;
    };
    expect(await ingress('a')).toBe('nginx');
    expect(await ingress('b', { ingressClassName: 'mine' })).toBe('mine');
    expect(await ingress('c', {}, { 'kubernetes.io/ingress.class': 'old' })).toBeUndefined();
  });
});

describe('services', () => {
  test('get an address of their own and keep it; deleting frees it', async () => {
    const made = await client.create('services', service('a'));
    const address = made.spec.clusterIP;
    expect(address).toMatch(/^10\.96\./);
    const later = await client.update('services', service('a', { selector: { app: 'x' } }));
    expect(later.spec.clusterIP).toBe(address);
    await expect(client.create('services', service('b', { clusterIP: address }))).rejects.toThrow(
      `Service "b" is invalid: spec.clusterIPs: Invalid value: []string{"${address}"}: failed to allocate IP ${address}: provided IP is already allocated`,
    );
    await client.delete('services', 'default', 'a');
    expect((await client.create('services', service('b', { clusterIP: address }))).spec.clusterIP).toBe(address);
    await expect(client.create('services', service('c', { clusterIP: '192.168.0.1' }))).rejects.toThrow(
      /not in the valid range/,
    );
    expect((await client.create('services', service('d', { clusterIP: 'None' }))).spec.clusterIPs).toEqual(['None']);
  });

  test('get node ports while they are of a type that has them', async () => {
    const made = await client.create('services', service('n', { type: 'NodePort' }));
    const port = made.spec.ports[0].nodePort;
    expect(port).toBeGreaterThanOrEqual(30_000);
    await expect(
      client.create('services', service('m', { type: 'NodePort', ports: [{ port: 80, nodePort: port }] })),
    ).rejects.toThrow('provided port is already allocated');
    const plain = await client.update('services', { ...made, spec: { ...made.spec, type: 'ClusterIP' } });
    expect(plain.spec.ports[0].nodePort).toBeUndefined();
    const again = await client.create(
      'services',
      service('m', { type: 'NodePort', ports: [{ port: 80, nodePort: port }] }),
    );
    expect(again.spec.ports[0].nodePort).toBe(port);
  });
});

describe('pods', () => {
  test('run as the default account with its token, and wait five minutes for their node', async () => {
    const made = await client.create('pods', pod('p'));
    expect(made.spec).toMatchObject({ serviceAccountName: 'default', serviceAccount: 'default', priority: 0 });
    const [volume] = made.spec.volumes;
    expect(volume.name).toMatch(/^kube-api-access-[a-z0-9]{5}$/);
    expect(made.spec.containers[0].volumeMounts).toEqual([
      { name: volume.name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
    ]);
    expect(made.spec.tolerations.map((one: { tolerationSeconds: number }) => one.tolerationSeconds)).toEqual([
      300, 300,
    ]);
  });

  test('need an account that exists and a priority class that exists', async () => {
    await expect(client.create('pods', pod('p', undefined, { serviceAccountName: 'bot' }))).rejects.toThrow(
      'pods "p" is forbidden: error looking up service account default/bot: serviceaccount "bot" not found',
    );
    await expect(client.create('pods', pod('p', undefined, { priorityClassName: 'vip' }))).rejects.toThrow(
      'pods "p" is forbidden: no PriorityClass with name vip was found',
    );
    await client.create('priorityclasses.scheduling.k8s.io', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'vip' },
      value: 1000,
    } as KubeObject);
    expect((await client.create('pods', pod('p', undefined, { priorityClassName: 'vip' }))).spec.priority).toBe(1000);
  });
});

describe('namespaces', () => {
  test('that end take nothing in, and go when nothing holds them', async () => {
    await client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } } as KubeObject);
    await client.delete('namespaces', undefined, 'n');
    expect(machine.store.get('namespaces', undefined, 'n')?.status.phase).toBe('Terminating');
    const inside = { ...object('ConfigMap', 'c'), metadata: { name: 'c', namespace: 'n' } };
    await expect(client.create('configmaps', inside)).rejects.toMatchObject({
      message:
        'configmaps "c" is forbidden: unable to create new content in namespace n because it is being terminated',
      status: { details: { causes: [{ reason: 'NamespaceTerminating' }] } },
    });
    await client.finalizeNamespace('n');
    expect(machine.store.get('namespaces', undefined, 'n')).toBeUndefined();
    await expect(client.delete('namespaces', undefined, 'kube-system')).rejects.toThrow(
      'this namespace may not be deleted',
    );
  });
});

describe('quotas', () => {
  const quota = (hard: Record<string, string>) => object('ResourceQuota', 'q', { spec: { hard } });

  test('count what there is, refuse what is too much, and say what is used', async () => {
    const stop = followQuotas(machine);
    await client.create('resourcequotas', quota({ pods: '2', 'requests.cpu': '500m', 'count/deployments.apps': '0' }));
    await expect(client.create('pods', pod('a'))).rejects.toThrow(
      'pods "a" is forbidden: failed quota: q: must specify requests.cpu for: c',
    );
    await client.create('pods', pod('a', { requests: { cpu: '300m' } }));
    await expect(client.create('pods', pod('b', { requests: { cpu: '0.25' } }))).rejects.toThrow(
      'pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=250m, used: requests.cpu=300m, limited: requests.cpu=500m',
    );
    clock.advanceTo(clock.now() + 1);
    expect(machine.store.get('resourcequotas', 'default', 'q')?.status.used).toEqual({
      pods: '1',
      'requests.cpu': '300m',
      'count/deployments.apps': '0',
    });
    await client.delete('pods', 'default', 'a');
    clock.advanceTo(clock.now() + 1);
    expect(machine.store.get('resourcequotas', 'default', 'q')?.status.used.pods).toBe('0');
    stop();
  });
});

describe('limit ranges', () => {
  test('hold containers between their bounds', async () => {
    await client.create(
      'limitranges',
      object('LimitRange', 'l', {
        spec: {
          limits: [
            { type: 'Container', min: { memory: '64Mi' }, max: { memory: '1Gi' }, defaultRequest: { memory: '128Mi' } },
          ],
        },
      }),
    );
    const made = await client.create('pods', pod('a'));
    expect(made.spec.containers[0].resources).toEqual({ requests: { memory: '128Mi' }, limits: { memory: '1Gi' } });
    await expect(
      client.create('pods', pod('b', { requests: { memory: '32Mi' }, limits: { memory: '2Gi' } })),
    ).rejects.toThrow(
      'pods "b" is forbidden: [minimum memory usage per Container is 64Mi, but request is 32Mi, maximum memory usage per Container is 1Gi, but limit is 2Gi]',
    );
  });
});
