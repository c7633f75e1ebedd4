import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { nextBackoff, waitAfter } from '../../../src/emulator/controllers/job/backoff.ts';
import { createWorld, type World } from './world.ts';

describe('the delay before a new try', () => {
  const ended = (seconds: number): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x' },
    status: {
      containerStatuses: [
        { name: 'app', state: { terminated: { finishedAt: new Date(seconds * 1000).toISOString() } } },
      ],
    },
  });
  const before = { failures: 4, lastFailureMs: 10_000 };

  test('a success forgets the failures that came before it', () => {
    expect(nextBackoff(before, [ended(100)], [ended(90)])).toEqual({ failures: 0, lastFailureMs: undefined });
    expect(nextBackoff(before, [ended(100)], [ended(90), ended(120), ended(110)])).toEqual({
      failures: 2,
      lastFailureMs: 120_000,
    });
  });

  test('failures add up from the last one, and nothing waits without one', () => {
    const record = nextBackoff(before, [], [ended(30), ended(20)]);
    expect(record).toEqual({ failures: 6, lastFailureMs: 30_000 });
    expect(waitAfter(record, 40_000)).toBe(310_000);
    expect(waitAfter({ failures: 0, lastFailureMs: undefined }, 0)).toBe(0);
    expect(nextBackoff(before, [], [])).toBe(before);
  });
});

describe('the end of a job', () => {
  const conditions = (w: World): string[] =>
    w.get('jobs.batch', 'work')['status'].conditions.map(({ type }: { type: string }) => type);

  test('is decided first and told when the last of its pods is gone', async () => {
    const w = await createWorld();
    await w.client.create('jobs.batch', {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'work', namespace: 'default' },
      spec: {
        activeDeadlineSeconds: 20,
        template: {
          spec: {
            restartPolicy: 'Never',
            terminationGracePeriodSeconds: 30,
            containers: [{ name: 'app', image: 'busybox:1.37', command: ['sh', '-c', 'trap "" TERM; sleep 500'] }],
          },
        },
      },
    });
    await w.run(30);
    expect(conditions(w)).toEqual(['FailureTarget']);
    expect(w.get('jobs.batch', 'work')['status']).toMatchObject({ terminating: 1 });
    await w.run(30);
    expect(conditions(w)).toEqual(['FailureTarget', 'Failed']);
    expect(w.get('jobs.batch', 'work')['status']).toMatchObject({ terminating: 0, failed: 1 });
    expect(w.pods()).toEqual([]);
    expect(w.errors).toEqual([]);
  });
});
