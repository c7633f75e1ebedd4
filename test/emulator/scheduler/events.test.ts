import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { createWorld, pod, type World } from '../controllers/world.ts';

const about = (world: World, name: string, reason: string) =>
  world.lister
    .list<KubeObject>('events')
    .filter((event) => event['involvedObject'].name === name && event['reason'] === reason);
const big = { containers: [{ name: 'app', image: 'nginx:1.27', resources: { requests: { cpu: '64' } } }] };

describe('what the scheduler tells', () => {
  test('is of the newer kind of events: no first and last time, no source, no count', async () => {
    const world = await createWorld({ nodes: 2 });
    await world.client.create('pods', pod('one'));
    await world.run(5);
    const [scheduled] = about(world, 'one', 'Scheduled');
    const { metadata, ...event } = scheduled!;
    const { uid } = world.get('pods', 'one').metadata;
    expect(event).toEqual({
      apiVersion: 'v1',
      kind: 'Event',
      action: 'Binding',
      eventTime: '2026-03-02T10:00:00.000000Z',
      firstTimestamp: null,
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        name: 'one',
        namespace: 'default',
        resourceVersion: expect.any(String),
        uid,
      },
      lastTimestamp: null,
      message: 'Successfully assigned default/one to kctl-worker-1',
      reason: 'Scheduled',
      reportingComponent: 'default-scheduler',
      reportingInstance: 'default-scheduler-kctl-control-plane',
      source: {},
      type: 'Normal',
    });
    expect(metadata.name).toMatch(/^one\.[0-9a-f]{16}$/);
  });

  test('comes again as a series, whose count is written at its end', async () => {
    const world = await createWorld({ nodes: 2 });
    await world.client.create('pods', pod('one', big));
    await world.run(1);
    const first = about(world, 'one', 'FailedScheduling');
    expect(first.map((event) => [event['action'], event['type'], event['series']])).toEqual([
      ['Scheduling', 'Warning', undefined],
    ]);
    // Nothing happens: every five minutes the pod is looked at all the same. The pod says by then why it waits, so what
    // is told of it then is another event.
    await world.run(310);
    expect(about(world, 'one', 'FailedScheduling').map((event) => event['series']?.count)).toEqual([
      undefined,
      undefined,
    ]);
    await world.run(300);
    const [, second] = about(world, 'one', 'FailedScheduling');
    expect(second!['series']).toMatchObject({ count: 2, lastObservedTime: expect.stringMatching(/\.\d{6}Z$/) });
    expect(second!['firstTimestamp']).toBeNull();
    await world.run(300);
    expect(about(world, 'one', 'FailedScheduling')[1]!['series'].count).toBe(2);
    await world.client.delete('pods', 'default', 'one');
    await world.run(900);
    expect(about(world, 'one', 'FailedScheduling')[1]!['series'].count).toBe(3);
  });

  test('names who was made room for', async () => {
    const world = await createWorld({ nodes: 2 });
    await world.client.create('priorityclasses.scheduling.k8s.io', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'high' },
      value: 1000,
    });
    const asking = { containers: [{ name: 'app', image: 'nginx:1.27', resources: { requests: { cpu: '3' } } }] };
    await world.client.create('pods', pod('low', asking));
    await world.run(10);
    await world.client.create('pods', pod('high', { ...asking, priorityClassName: 'high' }));
    await world.run(30);
    const { uid } = world.get('pods', 'high').metadata;
    expect(about(world, 'low', 'Preempted')).toMatchObject([
      {
        action: 'Preempting',
        message: `Preempted by pod ${uid} on node kctl-worker-1`,
        related: { kind: 'Pod', name: 'high', namespace: 'default', uid },
        type: 'Normal',
      },
    ]);
    expect(world.get('pods', 'high')['status'].phase).toBe('Running');
    // The node that was kept for it is told no more once it has it.
    expect(world.get('pods', 'high')['status'].nominatedNodeName).toBeUndefined();
  });

  test('is nothing where another scheduler is meant', async () => {
    const world = await createWorld({ nodes: 2 });
    await world.client.create('pods', pod('one', { schedulerName: 'mine' }));
    await world.run(600);
    expect(world.events('one')).toEqual([]);
    expect(world.get('pods', 'one')['status']).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
  });
});
