import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { account } from '../../../src/emulator/controllers/job/tally.ts';
import { createWorld } from './world.ts';

const TRACKING = 'batch.kubernetes.io/job-tracking';
const ended = (uid: string, phase: string, finalizers: string[] = [TRACKING]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: uid, uid, finalizers },
  status: { phase },
});
const job = (status: Record<string, unknown>): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'one', uid: 'j' },
  spec: { completions: 5, template: { spec: {} } },
  status,
});
const NONE = { failures: 0, lastFailureMs: undefined };

test('a pod that was noted is not counted again, with or without its finalizer', () => {
  const status = { succeeded: 1, failed: 1, uncountedTerminatedPods: { succeeded: ['a'], failed: ['b'] } };
  const half = account(job(status), [ended('a', 'Succeeded'), ended('b', 'Failed', [])], NONE);
  expect([half.succeeded, half.failed]).toEqual([2, 2]);
  const more = account(job(status), [ended('a', 'Succeeded'), ended('c', 'Succeeded')], NONE);
  expect([more.succeeded, more.failed]).toEqual([3, 2]);
});

test('a pod is noted before its finalizer goes, and counted afterwards', async () => {
  const world = await createWorld();
  const steps: string[] = [];
  world.lister.subscribe('pods', ({ object, previous }) => {
    if (previous?.metadata.finalizers?.length && !object.metadata.finalizers?.length) steps.push('released');
  });
  world.lister.subscribe('jobs.batch', ({ object }) => {
    const { succeeded = 0, uncountedTerminatedPods = {} } = object['status'];
    const step = uncountedTerminatedPods.succeeded ? 'noted' : succeeded > 0 ? 'counted' : '';
    if (step && step !== steps.at(-1)) steps.push(step);
  });
  await world.client.create('jobs.batch', {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'one', namespace: 'default' },
    spec: {
      template: {
        spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox:1.37', command: ['true'] }] },
      },
    },
  });
  await world.run(60);
  expect(steps).toEqual(['noted', 'released', 'counted']);
  expect(world.get('jobs.batch', 'one')['status']).toMatchObject({ succeeded: 1, uncountedTerminatedPods: {} });
});
