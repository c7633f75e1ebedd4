import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { EventCorrelator } from '../../../src/emulator/controllers/event-correlator.ts';
import { createWorld, deployment, pod } from './world.ts';

const owner: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one', namespace: 'default', uid: 'u1' } };
const said = (message: string, component = 'kubelet') => ({
  type: 'Normal' as const,
  reason: 'Said',
  message,
  component,
});

describe('events', () => {
  test('of one kind with ever new messages are combined from the tenth on', () => {
    const correlator = new EventCorrelator();
    const messages = Array.from({ length: 12 }, (_, at) => correlator.observe(owner, said(`pod ${at}`), at, 1).series);
    expect(messages[8]!.event.message).toBe('pod 8');
    expect(messages[11]!.event.message).toBe('(combined from similar events): pod 11');
    expect(messages[9]).toBe(messages[11]);
    expect(messages[11]!.count).toBe(3);
  });

  test('are combined no more after ten quiet minutes', () => {
    const correlator = new EventCorrelator();
    for (let at = 0; at < 12; at++) correlator.observe(owner, said(`pod ${at}`), at, 1);
    expect(correlator.observe(owner, said('later'), 700_000, 1).series.event.message).toBe('later');
  });

  test('about one object are written 25 times at once and then one in five minutes, and all are counted', () => {
    const correlator = new EventCorrelator();
    const written = Array.from({ length: 60 }, (_, at) =>
      correlator.observe(owner, said('again'), at * 10_000, 1),
    ).filter(({ mayWrite }) => mayWrite);
    expect(written.length).toBe(26);
    // Good news is heard among all the bad.
    expect(correlator.observe(owner, said('more'), 590_000, 1).mayWrite).toBe(false);
    expect(correlator.observe(owner, { ...said('more'), type: 'Warning' }, 590_000, 1).mayWrite).toBe(true);
    expect(correlator.observe(owner, said('again'), 900_000, 1).series.count).toBe(61);
    expect(correlator.observe(owner, said('again', 'scheduler'), 600_000, 1).mayWrite).toBe(true);
  });

  test('about things whose uid nobody knows are told apart by their names', () => {
    const correlator = new EventCorrelator();
    const told = Array.from({ length: 40 }, (_, at) => {
      const about = { apiVersion: 'v1', kind: 'Pod', metadata: { name: `p${at}`, namespace: 'default' } };
      return correlator.observe(about, said(`pod ${at}`), at, 1);
    });
    expect(told.every(({ mayWrite }) => mayWrite)).toBe(true);
    expect(told[39]!.series.event.message).toBe('pod 39');
  });

  test('come in the order of their names, as they happened', async () => {
    const world = await createWorld();
    await world.client.create('deployments.apps', deployment('web', { replicas: 1 }));
    await world.run(30);
    const name = world.pods()[0]!.metadata.name;
    const reasons = world.lister
      .list('events', 'default')
      .filter((event) => event['involvedObject'].name === name)
      .map((event) => event['reason']);
    expect(reasons).toEqual(['Scheduled', 'Pulling', 'Pulled', 'Created', 'Started']);
  });

  test('a container that is held back says so every 12.5 seconds, in one event', async () => {
    const world = await createWorld();
    const crashing = { containers: [{ name: 'app', image: 'busybox:1.37', command: ['sh', '-c', 'exit 1'] }] };
    await world.client.create('pods', pod('crash', crashing));
    await world.run(3600);
    const events = world.lister.list('events', 'default').filter((event) => event['reason'] === 'BackOff');
    expect(events).toHaveLength(1);
    expect(events[0]!['count']).toBeGreaterThan(200);
    expect(events[0]!['count']).toBeLessThan(290);
  });
});
