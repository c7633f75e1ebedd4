import { describe, expect, test } from 'vitest';
import { podStatus } from '../../../src/api/pod-status.ts';
import { CatchUpClock } from '../../../src/emulator/clocks.ts';
import { DEMO_AGE_MS, seedHistory, seedSystem } from '../../../src/emulator/seed/index.ts';
import { createWorld } from '../controllers/world.ts';

const NOW = Date.parse('2026-03-02T10:02:30Z');

describe('the demo shop', () => {
  test('has lived for 40 minutes when the cluster starts', async () => {
    const clock = new CatchUpClock(NOW - DEMO_AGE_MS, () => NOW);
    const world = await createWorld({ clock });
    const { client, lister, plane } = world;
    await seedSystem(client, () => plane.idle());
    await seedHistory({ client, lister, clock, idle: () => plane.idle(), now: NOW });
    await plane.stop();
    expect(world.errors).toEqual([]);
    const shown = (app: string) =>
      lister
        .list('pods', 'default')
        .filter((one) => one.metadata.labels?.['app'] === app)
        .map((one) => podStatus(one, NOW).status);
    expect(shown('web')).toEqual(['Running', 'Running', 'Running']);
    expect(shown('api')).toEqual(['Running', 'Running']);
    expect(shown('postgres')).toEqual(['Running']);
    expect(shown('migrate')).toEqual(['Completed']);
    expect(shown('recommendations')).toEqual(['CrashLoopBackOff']);
    expect(shown('analytics')).toEqual(['Pending']);
    expect(shown('mailer')).toEqual(['ImagePullBackOff']);
    expect(shown('report').filter((status) => status === 'Completed')).toHaveLength(3);
    expect(lister.get('deployments.apps', 'default', 'web')!.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '2',
      'kubernetes.io/change-cause': 'update nginx to 1.28',
    });
    const restarts = lister.list('pods', 'default').find((one) => one.metadata.labels?.['app'] === 'recommendations')!;
    expect(restarts['status'].containerStatuses[0].restartCount).toBeGreaterThan(5);
    const backOff = lister
      .list('events', 'default')
      .find((event) => event['message'].startsWith('Back-off restarting') && event['count'] > 5);
    expect(Date.parse(backOff!['firstTimestamp'])).toBeLessThan(NOW - 20 * 60_000);
    expect(lister.get('daemonsets.apps', 'kube-system', 'kube-proxy')!['status']).toMatchObject({ numberReady: 3 });
    expect(lister.get('persistentvolumeclaims', 'default', 'data-postgres-0')!['status'].phase).toBe('Bound');
  });
});
