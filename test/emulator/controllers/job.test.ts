import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { IndexSet } from '../../../src/emulator/controllers/job/index-set.ts';
import { createWorld, START, type World } from './world.ts';

const container = (line: string, more: Record<string, unknown> = {}) => ({
  name: 'app',
  image: 'busybox:1.37',
  command: ['sh', '-c', line],
  ...more,
});
interface Story {
  spec?: Record<string, unknown>;
  line?: string;
  pod?: Record<string, unknown>;
  annotations?: Record<string, string>;
}
const job = ({ spec = {}, line = 'sleep 5', pod = {}, annotations = {} }: Story): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'work', namespace: 'default' },
  spec: {
    template: {
      metadata: { annotations },
      spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 1, containers: [container(line)], ...pod },
    },
    ...spec,
  },
});
async function started(story: Story, seconds: number): Promise<World> {
  const w = await createWorld();
  await w.client.create('jobs.batch', job(story));
  await w.run(seconds);
  return w;
}
const status = (w: World) => w.get('jobs.batch', 'work')['status'];
const conditions = (w: World): string[] =>
  status(w).conditions.map(
    (one: Record<string, string>) => `${one['type']}=${one['status']} ${one['reason']}: ${one['message']}`,
  );
const told = (w: World) => w.events('work').filter((line) => !line.startsWith('SuccessfulCreate'));
const podOf = (w: World, index: number) =>
  w.pods().filter((one) => one.metadata.labels?.['batch.kubernetes.io/job-completion-index'] === String(index));
const setPhase = (w: World, pod: KubeObject, phase: string, more: Record<string, unknown> = {}) =>
  w.client.updateStatus('pods', { ...pod, status: { ...pod['status'], phase, ...more } });

describe('completion', () => {
  test('without completions any success ends it when all its pods have finished', async () => {
    const w = await started({ spec: { parallelism: 2 }, line: 'sleep 100' }, 10);
    const [first, second] = w.pods();
    await setPhase(w, first!, 'Succeeded');
    await w.run(5);
    expect(status(w)).toMatchObject({ active: 1, succeeded: 1 });
    expect(status(w).conditions).toBeUndefined();
    await setPhase(w, w.get('pods', second!.metadata.name!), 'Failed');
    await w.run(30);
    expect(status(w)).toMatchObject({ succeeded: 1, failed: 1, ready: 0, terminating: 0 });
    expect(conditions(w)).toEqual([
      'SuccessCriteriaMet=True CompletionsReached: Reached expected number of succeeded pods',
      'Complete=True CompletionsReached: Reached expected number of succeeded pods',
    ]);
    expect(told(w)).toEqual(['Completed: Job completed']);
  });

  test('no completions wanted: over at once, without a pod', async () => {
    const w = await started({ spec: { completions: 0 } }, 1);
    expect(conditions(w)[1]).toMatch(/^Complete=True/);
    expect(w.pods()).toEqual([]);
  });

  test('its status tells of pods that are ready and of those that are leaving', async () => {
    const w = await started({ spec: { parallelism: 3, completions: 3 }, line: 'sleep 500' }, 10);
    expect(status(w)).toMatchObject({ active: 3, ready: 3, terminating: 0, uncountedTerminatedPods: {} });
    await w.edit('jobs.batch', 'work', (object) => {
      object['spec'].parallelism = 1;
    });
    expect(status(w)).toMatchObject({ active: 1, ready: 1, terminating: 2 });
    await w.run(10);
    expect(status(w)).toMatchObject({ active: 1, ready: 1, terminating: 0 });
    expect(status(w).failed).toBeUndefined();
  });
});

describe('retries', () => {
  test('wait 10 s, then twice as long each time, ten minutes at most', async () => {
    const w = await started({ spec: { backoffLimit: 9 }, line: 'exit 1' }, 3600);
    const born = w.pods().map((one) => Date.parse(one.metadata.creationTimestamp!));
    const gaps = born.toSorted((a, b) => a - b).map((at, index, all) => (at - (all[index - 1] ?? at)) / 1000);
    for (const [index, least] of [0, 10, 20, 40, 80, 160, 320, 600, 600, 600].entries()) {
      expect(gaps[index]).toBeGreaterThanOrEqual(least);
      expect(gaps[index]).toBeLessThan(least + 5);
    }
    expect(gaps).toHaveLength(10);
    expect(told(w)).toEqual(['BackoffLimitExceeded: Job has reached the specified backoff limit']);
    expect(conditions(w)).toEqual([
      'FailureTarget=True BackoffLimitExceeded: Job has reached the specified backoff limit',
      'Failed=True BackoffLimitExceeded: Job has reached the specified backoff limit',
    ]);
  });

  test('a pod that somebody deletes counts as failed, and its replacement waits, too', async () => {
    const w = await started({ line: 'sleep 500' }, 10);
    const first = w.pods()[0]!.metadata.name!;
    await w.client.delete('pods', 'default', first);
    await w.run(5);
    expect(w.pods()).toEqual([]);
    expect(status(w).failed).toBe(1);
    await w.run(8);
    expect(w.pods()).toHaveLength(1);
  });

  test('with OnFailure, restarts count: as many as the limit end the job', async () => {
    const w = await started({ spec: { backoffLimit: 2 }, line: 'exit 1', pod: { restartPolicy: 'OnFailure' } }, 200);
    expect(conditions(w)[1]).toMatch(/^Failed=True BackoffLimitExceeded/);
    expect(status(w).failed).toBe(1);
    expect(w.pods()).toEqual([]);
    expect(told(w).map((line) => line.replace(/work-\w+/, 'x'))).toEqual([
      'SuccessfulDelete: Deleted pod: x',
      'BackoffLimitExceeded: Job has reached the specified backoff limit',
    ]);
  });

  test('a deadline counts from the start, and again from each resumption', async () => {
    const w = await started({ spec: { activeDeadlineSeconds: 20 }, line: 'sleep 500' }, 15);
    const suspend = (wanted: boolean) =>
      w.edit('jobs.batch', 'work', (object) => {
        object['spec'].suspend = wanted;
      });
    await suspend(true);
    await w.run(60);
    expect(status(w).startTime).toBeUndefined();
    expect(conditions(w)).toEqual(['Suspended=True JobSuspended: Job suspended']);
    await suspend(false);
    await w.run(15);
    expect(status(w).startTime).toBe(new Date(START + 75_000).toISOString().replace('.000', ''));
    expect(conditions(w)).toEqual(['Suspended=False JobResumed: Job resumed']);
    await w.run(15);
    expect(conditions(w).slice(1)).toEqual([
      'FailureTarget=True DeadlineExceeded: Job was active longer than specified deadline',
      'Failed=True DeadlineExceeded: Job was active longer than specified deadline',
    ]);
    expect(told(w).filter((line) => !line.startsWith('SuccessfulDelete'))).toEqual([
      'Suspended: Job suspended',
      'Resumed: Job resumed',
      'DeadlineExceeded: Job was active longer than specified deadline',
    ]);
  });

  test('a job that begins suspended has no start time and no pods', async () => {
    const w = await started({ spec: { suspend: true } }, 30);
    expect(status(w)).toEqual({
      ready: 0,
      terminating: 0,
      uncountedTerminatedPods: {},
      conditions: [expect.objectContaining({ type: 'Suspended', status: 'True' })],
    });
    expect(w.pods()).toEqual([]);
  });
});

describe('pod failure policy', () => {
  const policy = (...rules: unknown[]) => ({ podFailurePolicy: { rules } });
  const codes = (action: string, values: number[], operator = 'In', containerName?: string) => ({
    action,
    onExitCodes: { operator, values, ...(containerName ? { containerName } : {}) },
  });

  test('FailJob ends the job at once and says why', async () => {
    const w = await started({ spec: policy(codes('Ignore', [7]), codes('FailJob', [42])), line: 'exit 42' }, 60);
    const message = `Container app for pod default/${w.pods()[0]!.metadata.name} failed with exit code 42 matching FailJob rule at index 1`;
    expect(conditions(w)).toEqual([
      `FailureTarget=True PodFailurePolicy: ${message}`,
      `Failed=True PodFailurePolicy: ${message}`,
    ]);
    expect(told(w)).toEqual([`PodFailurePolicy: ${message}`]);
    expect(status(w).failed).toBe(1);
  });

  test('Ignore does not count, but the replacement waits', async () => {
    const w = await started({ spec: { backoffLimit: 0, ...policy(codes('Ignore', [42])) }, line: 'exit 42' }, 25);
    expect(status(w).failed).toBeUndefined();
    expect(status(w).conditions).toBeUndefined();
    expect(w.pods()).toHaveLength(2);
  });

  test('the first rule that fits decides; one for another container does not fit', async () => {
    const rules = policy(codes('FailJob', [42], 'In', 'other'), codes('Count', [42]), codes('FailJob', [1], 'NotIn'));
    const w = await started(
      {
        spec: { backoffLimit: 0, ...rules },
        pod: { containers: [container('exit 42'), container('sleep 1', { name: 'other' })] },
      },
      60,
    );
    expect(conditions(w)[1]).toBe('Failed=True BackoffLimitExceeded: Job has reached the specified backoff limit');
  });

  test('conditions of the pod decide, too', async () => {
    const rules = policy({ action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] });
    const w = await started({ spec: rules, line: 'sleep 500' }, 10);
    const pod = w.pods()[0]!;
    const target = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' };
    await setPhase(w, pod, 'Failed', { conditions: [...pod['status'].conditions, target] });
    await w.run(5);
    expect(conditions(w)[1]).toBe(
      `Failed=True PodFailurePolicy: Pod default/${pod.metadata.name} has condition DisruptionTarget matching FailJob rule at index 0`,
    );
  });
});

describe('indexed', () => {
  const indexed = (spec: Record<string, unknown> = {}) => ({
    completions: 4,
    parallelism: 4,
    completionMode: 'Indexed',
    ...spec,
  });

  test('each pod knows its index by annotation, label, host name and variable, init containers as well', async () => {
    const init = [container('true', { name: 'init' })];
    const w = await started({ spec: indexed(), pod: { initContainers: init } }, 5);
    const pod = podOf(w, 2)[0]!;
    expect(pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index']).toBe('2');
    expect(pod.metadata.generateName).toBe('work-2-');
    expect(pod['spec'].hostname).toBe('work-2');
    const variable = {
      name: 'JOB_COMPLETION_INDEX',
      valueFrom: {
        fieldRef: { apiVersion: 'v1', fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']" },
      },
    };
    expect(pod['spec'].containers[0].env).toEqual([variable]);
    expect(pod['spec'].initContainers[0].env).toEqual([variable]);
  });

  test('grows and shrinks with parallelism and completions together', async () => {
    const w = await started({ spec: indexed(), line: 'sleep 500' }, 10);
    const resize = (size: number) =>
      w.edit('jobs.batch', 'work', (object) => Object.assign(object['spec'], { completions: size, parallelism: size }));
    await setPhase(w, podOf(w, 3)[0]!, 'Succeeded');
    await setPhase(w, podOf(w, 0)[0]!, 'Succeeded');
    await w.run(2);
    expect(status(w)).toMatchObject({ completedIndexes: '0,3', succeeded: 2 });
    await resize(2);
    await w.run(5);
    expect(w.errors).toEqual([]);
    expect(status(w)).toMatchObject({ completedIndexes: '0', succeeded: 1, active: 1 });
    await resize(3);
    await w.run(5);
    expect(status(w)).toMatchObject({ completedIndexes: '0', succeeded: 1, active: 2 });
    expect(podOf(w, 2)[0]!.metadata.creationTimestamp! > podOf(w, 1)[0]!.metadata.creationTimestamp!).toBe(true);
  });

  test('with a limit per index one index can fail while the others go on', async () => {
    const w = await started(
      { spec: indexed({ backoffLimitPerIndex: 1 }), line: 'exit $((JOB_COMPLETION_INDEX % 2))' },
      5,
    );
    for (const index of [1, 3]) if (podOf(w, index)[0]!['status'].phase === 'Running') throw new Error('too early');
    await w.run(60);
    const counts = w.pods().map(({ metadata }) => metadata.annotations!['batch.kubernetes.io/job-index-failure-count']);
    expect(counts.toSorted()).toEqual(['0', '0', '0', '0', '1', '1']);
    expect(status(w)).toMatchObject({ completedIndexes: '0,2', failedIndexes: '1,3', succeeded: 2, failed: 4 });
    expect(conditions(w)).toEqual([
      'FailureTarget=True FailedIndexes: Job has failed indexes',
      'Failed=True FailedIndexes: Job has failed indexes',
    ]);
  });

  test('more failed indexes than it may have end it', async () => {
    const spec = indexed({ backoffLimitPerIndex: 0, maxFailedIndexes: 1, parallelism: 1 });
    const w = await started({ spec, line: 'exit 1' }, 60);
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    expect(conditions(w)[1]).toBe(`Failed=True MaxFailedIndexesExceeded: ${message}`);
    expect(status(w)).toMatchObject({ failedIndexes: '0,1', failed: 2 });
    expect(told(w)).toEqual([`MaxFailedIndexesExceeded: ${message}`]);
  });

  test('FailIndex gives an index up before its limit', async () => {
    const rules = [{ action: 'FailIndex', onExitCodes: { operator: 'In', values: [1] } }];
    const spec = indexed({ backoffLimitPerIndex: 5, podFailurePolicy: { rules } });
    const w = await started({ spec, line: 'exit 1' }, 60);
    expect(status(w)).toMatchObject({ failedIndexes: '0-3', failed: 4 });
  });

  test('a success policy ends it early, and what still runs is no failure', async () => {
    const rules = [{ succeededIndexes: '2,3' }, { succeededIndexes: '0-1', succeededCount: 1 }];
    const w = await started({ spec: indexed({ successPolicy: { rules } }), line: 'sleep 500' }, 10);
    await setPhase(w, podOf(w, 3)[0]!, 'Succeeded');
    await w.run(2);
    expect(status(w).conditions).toBeUndefined();
    await setPhase(w, podOf(w, 1)[0]!, 'Succeeded');
    await w.plane.idle();
    expect(conditions(w)).toEqual(['SuccessCriteriaMet=True SuccessPolicy: Matched rules at index 1']);
    await w.run(10);
    expect(conditions(w)[1]).toBe('Complete=True SuccessPolicy: Matched rules at index 1');
    expect(status(w)).toMatchObject({ completedIndexes: '1,3', succeeded: 2, terminating: 0 });
    expect(status(w).failed).toBeUndefined();
    expect(w.pods()).toHaveLength(2);
  });

  test('ranges are written as upstream writes them', () => {
    const set = new IndexSet('0-1,3,5-9', 8);
    expect(set.toString()).toBe('0,1,3,5-7');
    expect([set.size, set.has(3), set.has(4)]).toEqual([6, true, false]);
    expect(set.union(new IndexSet('2,4', 8)).toString()).toBe('0-7');
    expect(set.overlap(new IndexSet('1-5', 8))).toBe(3);
  });
});

describe('pod replacement', () => {
  test.each([
    ['TerminatingOrFailed', 1],
    ['Failed', 0],
  ])('%s: %i replacements while the old pod still stops', async (podReplacementPolicy, early) => {
    const w = await started(
      { spec: { podReplacementPolicy }, line: 'sleep 500', pod: { terminationGracePeriodSeconds: 60 } },
      10,
    );
    await w.client.delete('pods', 'default', w.pods()[0]!.metadata.name!);
    await w.run(30);
    expect(status(w).terminating).toBe(1);
    expect(status(w).active ?? 0).toBe(early);
    await w.run(60);
    expect(status(w)).toMatchObject({ active: 1, terminating: 0, failed: 1 });
  });
});

describe('ownership', () => {
  test('a job of another controller is left alone', async () => {
    const w = await started({ spec: { managedBy: 'example.com/queue' } }, 30);
    expect(w.pods()).toEqual([]);
    expect(w.get('jobs.batch', 'work')['status'] ?? {}).toEqual({});
  });

  test('an orphan that matches is adopted, and tracked from then on', async () => {
    const w = await started({ spec: { parallelism: 1 }, line: 'sleep 500' }, 10);
    const { labels } = w.pods()[0]!.metadata;
    const seen: KubeObject['metadata'][] = [];
    w.lister.subscribe('pods', ({ object }) => {
      if (object.metadata.name === 'stray') seen.push(object.metadata);
    });
    await w.client.create('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'stray', namespace: 'default', labels: labels! },
      spec: { restartPolicy: 'Never', containers: [container('sleep 500')] },
    });
    await w.run(10);
    expect(seen[1]!.ownerReferences).toMatchObject([{ kind: 'Job', name: 'work', controller: true }]);
    expect(seen[1]!.finalizers).toEqual(['batch.kubernetes.io/job-tracking']);
    // One too many: the one that no node has yet goes.
    expect(w.pods()).toHaveLength(1);
    expect(told(w)).toEqual(['SuccessfulDelete: Deleted pod: stray']);
  });

  test('pods that are left behind with --cascade=orphan are free', async () => {
    const w = await started({ line: 'sleep 500' }, 10);
    await w.client.delete('jobs.batch', 'default', 'work', { propagationPolicy: 'Orphan' });
    await w.run(5);
    const [pod] = w.pods();
    expect(pod!.metadata.ownerReferences ?? []).toEqual([]);
    expect(pod!.metadata.finalizers ?? []).toEqual([]);
  });

  test('its time to live removes it only when its pods are gone', async () => {
    const w = await started({ spec: { ttlSecondsAfterFinished: 20 }, line: 'true' }, 15);
    expect(conditions(w)[1]).toMatch(/^Complete/);
    expect(w.pods()).toHaveLength(1);
    await w.run(20);
    expect(w.lister.list('jobs.batch', 'default')).toEqual([]);
    expect(w.pods()).toEqual([]);
  });
});
