import { beforeAll, expect, test } from 'vitest';
import { drivenTests } from '../support/kubectl.ts';
import { eventually } from '../support/program.ts';

drivenTests('the real kubectl deletes, and says what becomes of the dependents', (cluster) => {
  const { ok, fails } = cluster;
  beforeAll(() => ok('apply -f -', JSON.stringify(owners)));

  const owners = {
    apiVersion: 'v1',
    kind: 'List',
    items: ['background', 'foreground', 'orphan', 'held'].map((name) => ({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: { containers: [{ name: 'pause', image: 'registry.k8s.io/pause:3.10' }] },
        },
      },
    })),
  };
  const pods = async (app: string) => (await ok(`get pods -l app=${app} -o name`)).split('\n').filter(Boolean);
  const made = (app: string) => eventually(async () => (await pods(app)).length === 2, `the pods of ${app}`);

  test('background: the owner goes at once, the dependents after it', async () => {
    await made('background');
    expect(await ok('delete rs background --cascade=background')).toBe('replicaset.apps "background" deleted\n');
    await eventually(async () => (await pods('background')).length === 0, 'the end of the dependents');
  }, 60_000);

  test('foreground: the owner stays for as long as a dependent does', async () => {
    await made('held');
    const [first = ''] = await pods('held');
    const finalizers = (value: string) => ok(['patch', first, '-p', `{"metadata":{"finalizers":${value}}}`]);
    await finalizers('["example.com/hold"]');
    await ok('delete rs held --cascade=foreground --wait=false');
    await eventually(async () => (await pods('held')).join() === first, 'the one that is held');
    const marks = '{.metadata.deletionTimestamp} {.metadata.finalizers}';
    expect(await ok(['get', 'rs', 'held', '-o', `jsonpath=${marks}`])).toMatch(/^\d{4}-\S+ \["foregroundDeletion"\]$/);
    await finalizers('null');
    await eventually(async () => (await ok('get rs held --ignore-not-found -o name')) === '', 'the end of the owner');
    expect(await pods('held')).toEqual([]);
  }, 60_000);

  test('foreground: kubectl waits, and nothing is left when it comes back', async () => {
    await made('foreground');
    await ok('delete rs foreground --cascade=foreground --timeout=40s');
    expect(await pods('foreground')).toEqual([]);
    expect(await fails('get rs foreground')).toContain('replicasets.apps "foreground" not found');
  }, 60_000);

  test('orphan: the dependents stay, without their owner, and another takes them over', async () => {
    await made('orphan');
    const before = await pods('orphan');
    await ok('delete rs orphan --cascade=orphan');
    const owned = () => ok(['get', 'pods', '-l', 'app=orphan', '-o', 'jsonpath={.items[*].metadata.ownerReferences}']);
    expect(await owned()).toBe('');
    expect(await pods('orphan')).toEqual(before);
    await ok('apply -f -', JSON.stringify(owners.items[2]));
    await eventually(async () => (await owned()).match(/"controller":true/g)?.length === 2, 'the adoption');
    expect(await pods('orphan')).toEqual(before);
  }, 60_000);

  test('of a deployment, the pods go with the replica sets between', async () => {
    await ok('create deployment web --image=registry.k8s.io/pause:3.10 --replicas=2');
    await eventually(async () => (await pods('web')).length === 2, 'the pods of web');
    await ok('delete deploy web --cascade=orphan');
    expect((await ok('get rs -l app=web -o name')).split('\n').filter(Boolean)).toHaveLength(1);
    expect(await pods('web')).toHaveLength(2);
    await ok('delete rs -l app=web');
    await eventually(async () => (await pods('web')).length === 0, 'the end of the pods');
  }, 60_000);
});
