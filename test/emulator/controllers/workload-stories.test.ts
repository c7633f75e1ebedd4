import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { createWorld, deployment, type World } from './world.ts';

/*
 * What kube-controller-manager 1.36.3 said and wrote when the same was done to it (kwok 0.8 played
 * the kubelets, kubectl the user), with names of ReplicaSets by their age: A, B, C ...
 */

const PREFIX = 'deployment.kubernetes.io/';

function teller(w: World): { heard: () => string[]; letter: (name: string) => string } {
  const letters = new Map<string, string>();
  const letter = (name: string): string => {
    if (!letters.has(name)) letters.set(name, String.fromCharCode(65 + letters.size));
    return letters.get(name)!;
  };
  w.lister.subscribe('replicasets.apps', ({ type, object }) => {
    if (type === 'ADDED') letter(object.metadata.name!);
  });
  const lines: string[] = [];
  const told = new Map<string, number>();
  w.lister.subscribe('events', ({ type, object }) => {
    const { kind, name } = object['involvedObject'];
    if (type === 'DELETED' || !['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].includes(kind)) return;
    const before = told.get(object.metadata.name!) ?? 0;
    told.set(object.metadata.name!, object['count']);
    if (object['count'] > before)
      lines.push(`${kind === 'ReplicaSet' ? `${letter(name)} ` : ''}${object['reason']}: ${object['message']}`);
  });
  const short = (line: string): string =>
    [...letters]
      .reduce((text, [name, sign]) => text.replaceAll(name, sign), line)
      .replace(/pod: ([\w]+)-\w{5}$/, 'pod: $1-#');
  return { heard: () => lines.splice(0).map(short), letter };
}

describe('the story of a Deployment', () => {
  test('that is made, rolled, taken back, scaled, paused, stuck, scaled while stuck, mended and recreated', async () => {
    const w = await createWorld();
    const { heard, letter } = teller(w);
    const sets = () =>
      w.lister
        .list<KubeObject>('replicasets.apps', 'default')
        .map(({ metadata, spec }) => {
          const { annotations = {} } = metadata;
          const history = annotations[`${PREFIX}revision-history`];
          const sizes = `${annotations[`${PREFIX}desired-replicas`]}/${annotations[`${PREFIX}max-replicas`]}`;
          return `${letter(metadata.name!)} ${spec.replicas} (${sizes}) #${annotations[`${PREFIX}revision`]}${history ? ` was ${history}` : ''}`;
        })
        .sort();
    const edit = async (change: (spec: KubeObject['spec']) => void, seconds: number) => {
      await w.edit('deployments.apps', 'web', (object) => change(object['spec']));
      await w.run(seconds);
    };
    const reasons = () =>
      Object.fromEntries(
        w
          .get('deployments.apps', 'web')
          ['status'].conditions.map((one: { type: string; status: string; reason: string }) => [
            one.type,
            `${one.status} ${one.reason}`,
          ]),
      );
    const image = (name: string) => (spec: KubeObject['spec']) => {
      spec.template.spec.containers[0].image = name;
    };
    const scaling = () => heard().filter((line) => line.startsWith('ScalingReplicaSet'));

    await w.client.create('deployments.apps', deployment('web', { progressDeadlineSeconds: 60 }));
    await w.run(30);
    const made = 'A SuccessfulCreate: Created pod: A-#';
    expect(heard()).toEqual(['ScalingReplicaSet: Scaled up replica set A from 0 to 3', made, made, made]);
    expect(sets()).toEqual(['A 3 (3/4) #1']);

    await edit(image('nginx:1.28'), 60);
    expect(scaling()).toEqual([
      'ScalingReplicaSet: Scaled up replica set B from 0 to 1',
      'ScalingReplicaSet: Scaled down replica set A from 3 to 2',
      'ScalingReplicaSet: Scaled up replica set B from 1 to 2',
      'ScalingReplicaSet: Scaled down replica set A from 2 to 1',
      'ScalingReplicaSet: Scaled up replica set B from 2 to 3',
      'ScalingReplicaSet: Scaled down replica set A from 1 to 0',
    ]);
    expect(sets()).toEqual(['A 0 (3/4) #1', 'B 3 (3/4) #2']);

    await edit(image('nginx:1.27'), 60);
    expect(scaling().slice(0, 3)).toEqual([
      'ScalingReplicaSet: Scaled up replica set A from 0 to 1',
      'ScalingReplicaSet: Scaled down replica set B from 3 to 2',
      // The tenth kind of news about one object within ten minutes is told in one.
      'ScalingReplicaSet: (combined from similar events): Scaled up replica set A from 1 to 2',
    ]);
    expect(sets()).toEqual(['A 3 (3/4) #3 was 1', 'B 0 (3/4) #2']);

    await edit((spec) => {
      spec.replicas = 5;
    }, 30);
    expect(sets()).toEqual(['A 5 (5/7) #3 was 1', 'B 0 (3/4) #2']);
    expect(reasons()).toEqual({
      Available: 'True MinimumReplicasAvailable',
      Progressing: 'True NewReplicaSetAvailable',
    });

    await edit((spec) => {
      spec.paused = true;
      spec.replicas = 8;
      image('nginx:1.29')(spec);
    }, 0);
    expect(sets()).toEqual(['A 8 (8/10) #3 was 1', 'B 0 (3/4) #2']);
    expect(reasons()).toEqual({
      Available: 'False MinimumReplicasUnavailable',
      Progressing: 'Unknown DeploymentPaused',
    });

    await edit((spec) => {
      spec.paused = false;
    }, 60);
    expect(sets()).toEqual(['A 0 (8/10) #3 was 1', 'B 0 (3/4) #2', 'C 8 (8/10) #4']);

    await edit((spec) => {
      spec.template.spec.nodeSelector = { none: 'x' };
    }, 5);
    expect(sets().slice(2)).toEqual(['C 6 (8/10) #4', 'D 4 (8/10) #5']);
    expect(reasons()).toEqual({ Available: 'True MinimumReplicasAvailable', Progressing: 'True ReplicaSetUpdated' });

    await edit((spec) => {
      spec.replicas = 12;
    }, 0);
    expect(sets().slice(2)).toEqual(['C 9 (12/15) #4', 'D 6 (12/15) #5']);
    expect(reasons().Available).toBe('False MinimumReplicasUnavailable');
    await w.run(90);
    expect(reasons()).toEqual({
      Available: 'True MinimumReplicasAvailable',
      Progressing: 'False ProgressDeadlineExceeded',
    });

    await edit((spec) => {
      spec.replicas = 6;
    }, 5);
    expect(sets().slice(2)).toEqual(['C 5 (6/8) #4', 'D 3 (6/8) #5']);
    expect(reasons().Progressing).toBe('True ReplicaSetUpdated');

    await edit((spec) => {
      delete spec.template.spec.nodeSelector;
    }, 60);
    expect(sets().slice(2)).toEqual(['C 6 (6/8) #6 was 4', 'D 0 (6/8) #5']);

    await edit((spec) => {
      spec.strategy = { type: 'Recreate' };
      image('nginx:1.30')(spec);
    }, 90);
    expect(sets().slice(2)).toEqual(['C 0 (6/6) #6 was 4', 'D 0 (6/8) #5', 'E 6 (6/6) #7']);
    await edit((spec) => {
      spec.revisionHistoryLimit = 1;
    }, 5);
    expect(sets()).toEqual(['C 0 (6/6) #6 was 4', 'E 6 (6/6) #7']);
  });
});

describe('the story of a StatefulSet', () => {
  test('that is made, rolled down to a partition and beyond, scaled, and loses a pod', async () => {
    const w = await createWorld();
    const { heard } = teller(w);
    const template = {
      metadata: { labels: { app: 'db' } },
      spec: { terminationGracePeriodSeconds: 2, containers: [{ name: 'app', image: 'nginx:1.27' }] },
    };
    await w.client.create('storageclasses.storage.k8s.io', {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'own' },
      provisioner: 'kctl.dev/simulated',
    });
    await w.client.create('statefulsets.apps', {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db', namespace: 'default' },
      spec: {
        serviceName: 'db',
        replicas: 3,
        selector: { matchLabels: { app: 'db' } },
        template,
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: {
              accessModes: ['ReadWriteOnce'],
              resources: { requests: { storage: '1Gi' } },
              storageClassName: 'own',
            },
          },
        ],
      },
    });
    await w.run(60);
    const created = (name: string) => `SuccessfulCreate: Create Pod ${name} in StatefulSet db successful`;
    const claimed = (name: string) =>
      `SuccessfulCreate: Create Claim data-${name} Pod ${name} in StatefulSet db success`;
    const deleted = (name: string) => `SuccessfulDelete: Delete Pod ${name} in StatefulSet db successful`;
    const updated = (name: string) => `SuccessfulUpdate: Update Pod ${name} in StatefulSet db successful`;
    expect(heard()).toEqual(['db-0', 'db-1', 'db-2'].flatMap((name) => [claimed(name), created(name)]));
    const edit = async (change: (spec: KubeObject['spec']) => void, seconds: number) => {
      await w.edit('statefulsets.apps', 'db', (object) => change(object['spec']));
      await w.run(seconds);
    };
    await edit((spec) => {
      spec.updateStrategy.rollingUpdate.partition = 1;
      spec.template.spec.containers[0].image = 'nginx:1.28';
    }, 60);
    expect(heard()).toEqual(['db-2', 'db-1'].flatMap((name) => [deleted(name), created(name)]));
    await w.client.delete('pods', 'default', 'db-0');
    await w.run(30);
    expect(heard()).toEqual([created('db-0')]);
    await edit((spec) => {
      spec.updateStrategy.rollingUpdate.partition = 0;
    }, 30);
    expect(heard()).toEqual([deleted('db-0'), created('db-0')]);
    await edit((spec) => {
      spec.replicas = 1;
    }, 30);
    expect(heard()).toEqual([deleted('db-2'), deleted('db-1')]);
    await edit((spec) => {
      spec.replicas = 2;
    }, 30);
    expect(heard()).toEqual([created('db-1')]);
    await edit((spec) => {
      spec.persistentVolumeClaimRetentionPolicy = { whenScaled: 'Delete', whenDeleted: 'Delete' };
    }, 5);
    expect(heard()).toEqual([updated('db-0'), updated('db-1')]);
    const one = w.get('pods', 'db-1');
    await w.client.updateStatus('pods', { ...one, status: { ...one['status'], phase: 'Failed', reason: 'Evicted' } });
    await w.run(20);
    expect(heard()).toEqual([deleted('db-1'), created('db-1')]);
  });
});

describe('the story of a DaemonSet', () => {
  test('that is made, rolled, and whose pods fail and succeed', async () => {
    const w = await createWorld({ nodes: 4 });
    const { heard } = teller(w);
    await w.client.create('daemonsets.apps', {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent', namespace: 'default' },
      spec: {
        selector: { matchLabels: { app: 'agent' } },
        template: {
          metadata: { labels: { app: 'agent' } },
          spec: { terminationGracePeriodSeconds: 2, containers: [{ name: 'app', image: 'nginx:1.27' }] },
        },
      },
    });
    await w.run(20);
    const [created, deleted] = ['SuccessfulCreate: Created pod: agent-#', 'SuccessfulDelete: Deleted pod: agent-#'];
    expect(heard()).toEqual([created, created, created]);
    await w.edit('daemonsets.apps', 'agent', (object) => {
      object['spec'].template.spec.containers[0].image = 'nginx:1.28';
    });
    await w.run(90);
    expect(heard()).toEqual([deleted, created, deleted, created, deleted, created]);
    for (const [phase, told] of [
      ['Failed', 'FailedDaemonPod: Found failed daemon pod default/POD on node NODE, will try to kill it'],
      ['Succeeded', 'SucceededDaemonPod: Found succeeded daemon pod default/POD on node NODE, will try to delete it'],
    ] as const) {
      const one = w.pods()[0]!;
      await w.client.updateStatus('pods', { ...one, status: { ...one['status'], phase } });
      await w.run(20);
      const line = told.replace('POD', one.metadata.name!).replace('NODE', one['spec'].nodeName);
      expect(heard()).toEqual([line, deleted, created]);
    }
  });
});
