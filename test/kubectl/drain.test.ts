import { beforeAll, expect, test } from 'vitest';
import { drivenTests } from '../support/kubectl.ts';
import { eventually } from '../support/program.ts';

drivenTests('the real kubectl empties nodes', (cluster) => {
  const { ok } = cluster;
  let node = '';
  beforeAll(async () => {
    node = (await ok('get nodes -o jsonpath={.items[-1:].metadata.name}')).trim();
    // Both on one node, so that its drain is all about them.
    await ok('apply -f -', JSON.stringify(guarded(node)));
    await ok('wait --for=condition=Available deploy/guarded --timeout=40s');
    await eventually(async () => (await allowed()) === '1', 'the budget');
  });

  const guarded = (host: string) => ({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'guarded' },
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: 'guarded' } },
          template: {
            metadata: { labels: { app: 'guarded' } },
            spec: {
              nodeSelector: { 'kubernetes.io/hostname': host },
              terminationGracePeriodSeconds: 0,
              containers: [{ name: 'pause', image: 'registry.k8s.io/pause:3.10' }],
            },
          },
        },
      },
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'guarded' },
        spec: { minAvailable: 1, selector: { matchLabels: { app: 'guarded' } } },
      },
    ],
  });
  const allowed = () => ok('get pdb guarded -o jsonpath={.status.disruptionsAllowed}');
  const at = async () =>
    (await ok(`get pods -l app=guarded --field-selector=spec.nodeName=${node} -o name`)).split('\n').filter(Boolean);

  test('a drain waits for what a budget holds back, and ends when it lets go', async () => {
    expect(await at()).toHaveLength(2);
    const { ended } = await cluster.until(
      `drain ${node} --ignore-daemonsets --force --timeout=50s`,
      /Cannot evict pod as it would violate the pod's disruption budget/,
    );
    // One of the two was let go; its successor has nowhere to be, so that the other must stay.
    await eventually(async () => (await at()).length === 1, 'the first eviction');
    expect(await ok('get pods -l app=guarded --field-selector=status.phase=Pending -o name')).toMatch(/^pod\/\S+\n$/);
    expect(await allowed()).toBe('0');
    await ok('patch pdb guarded -p {"spec":{"minAvailable":0}}');
    expect(await ended).toMatch(new RegExp(`^node/${node} cordoned\n(.*\n)*node/${node} drained\n$`));
    expect(await at()).toEqual([]);
    expect(await ok(`get node ${node} -o jsonpath={.spec.unschedulable}`)).toBe('true');
  }, 90_000);

  test('uncordoned, the node takes pods again', async () => {
    const successors = await ok('get pods -l app=guarded -o jsonpath={.items[*].status.phase}');
    expect(successors).toBe('Pending Pending');
    await ok(`uncordon ${node}`);
    await ok('wait --for=condition=Ready pods -l app=guarded --timeout=40s');
    expect(await at()).toHaveLength(2);
  }, 60_000);

  test('a taint keeps pods off, or drives out those that do not bear it', async () => {
    await ok('patch pdb guarded -p {"spec":{"minAvailable":2}}');
    const before = await at();
    await ok(`taint node ${node} use=gpu:NoSchedule`);
    expect(await at()).toEqual(before);
    const [first = ''] = before;
    await ok(`delete ${first} --now`);
    await eventually(
      async () => (await ok('get pods -l app=guarded -o jsonpath={.items[*].status.conditions[0].message}')).trim(),
      'why the new one finds no place',
    ).then((message) => expect(message).toContain('untolerated taint(s)'));
    // No budget holds back who does not bear a taint.
    await ok(`taint node ${node} use=gpu:NoExecute`);
    await eventually(async () => (await at()).length === 0, 'the last to go');
    expect(await ok('get events --field-selector=reason=TaintManagerEviction -o name')).not.toBe('');
    await ok(`taint node ${node} use-`);
    await ok('wait --for=condition=Available deploy/guarded --timeout=40s');
  }, 60_000);
});
