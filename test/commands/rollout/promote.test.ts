import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { type PromoteTarget, parseTarget, promotePlan } from '../../../src/commands/rollout/promote/plan.ts';
import { type Emulated, emulated } from '../emulated.ts';

const plan = (object: object, target?: PromoteTarget) =>
  promotePlan({ apiVersion: 'apps/v1', metadata: { generation: 1 }, ...object } as KubeObject, target, (reason) =>
    Object.assign(new Error(reason)),
  );

describe('what promoting means', () => {
  const paused = (updatedReplicas: number, replicas = 10) => ({
    ...{ kind: 'Deployment', spec: { paused: true, replicas }, status: { updatedReplicas } },
  });
  const set = (partition: number | undefined, more: object = {}, replicas = 5) => ({
    kind: 'StatefulSet',
    spec: { replicas, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } } },
    status: { observedGeneration: 1, currentRevision: 'db-1', updateRevision: 'db-2', ...more },
  });

  test('for a deployment: to go on, for good or until enough pods are new', () => {
    expect(plan(paused(2))).toEqual({ does: 'resume', says: 'resumed: 2 of 10 pods are new, the others follow' });
    expect(plan(paused(2), { percent: 25 })).toMatchObject({ does: 'step', pods: 3, of: 10 });
    expect(plan(paused(2), 'full')).toMatchObject({ does: 'resume' });
    expect(plan(paused(2), { pods: 99 })).toMatchObject({ does: 'resume' });
    expect(() => plan(paused(3), { percent: 25 })).toThrow('has 3 of 10 new pods already');
    expect(() => plan({ kind: 'Deployment', spec: {} })).toThrow('is not paused');
  });

  test('for a stateful set: a lower partition', () => {
    expect(plan(set(5))).toEqual({
      ...{ does: 'partition', partition: 4 },
      says: 'promoted: pod 4 gets revision db-2, and 4 of 5 pods are held back (partition 5 -> 4)',
    });
    // A partition above the number of pods holds all back.
    expect(plan(set(99))).toMatchObject({ partition: 4 });
    expect(plan(set(4), { pods: 3 })).toMatchObject({ partition: 2 });
    expect(plan(set(4), { percent: 50 })).toMatchObject({ partition: 2 });
    expect(plan(set(4), 'full')).toMatchObject({ partition: 0 });
    expect(() => plan(set(3), { pods: 2 })).toThrow('lets 2 of 5 pods have the new revision already');
    expect(() => plan(set(0))).toThrow('has no partition');
    expect(() => plan(set(undefined))).toThrow('has no partition');
    expect(() => plan(set(3, { updateRevision: 'db-1' }))).toThrow('has no newer revision');
  });

  test('for what has no steps: nothing', () => {
    expect(() => plan({ kind: 'DaemonSet', spec: {} })).toThrow('has no steps');
    expect(() => plan({ kind: 'StatefulSet', spec: { updateStrategy: { type: 'OnDelete' } } })).toThrow('by hand');
  });

  test('targets', () => {
    expect([parseTarget('', false), parseTarget('', true), parseTarget('3', false), parseTarget('10%', false)]).toEqual(
      [undefined, 'full', { pods: 3 }, { percent: 10 }],
    );
    for (const text of ['0', '0%', '101%', '-1', 'x']) expect(() => parseTarget(text, false)).toThrow('--to takes');
    expect(() => parseTarget('3', true)).toThrow('different things');
  });
});

describe('on a cluster', () => {
  let cluster: Emulated;
  beforeAll(async () => {
    cluster = await emulated();
    const speed = join(cluster.folder, 'speed.json');
    writeFileSync(speed, '{"speed":20}');
    const set = await cluster.run(['create', '--raw', '/kctl/v1/clock/speed', '-f', speed]);
    expect(set).toMatchObject({ stderr: '', code: 0 });
  });
  afterAll(() => cluster.stop());

  test('a step goes as far as asked and leaves the deployment paused; then it goes on and is watched', async () => {
    const { run } = cluster;
    await run(['create', 'deployment', 'web', '--image=registry.k8s.io/pause:3.9', '--replicas=3']);
    await run(['rollout', 'status', 'deploy/web']);
    await run(['rollout', 'pause', 'deploy/web']);
    await run(['set', 'image', 'deploy/web', 'pause=registry.k8s.io/pause:3.10']);
    const step = await run(['rollout', 'promote', 'deploy/web', '--to', '1']);
    expect(step.stderr).toBe('');
    expect(step.stdout).toMatch(
      /^deployment.apps\/web goes on from 0 to 1 of 3 new pods, then it is paused again\ndeployment.apps\/web promoted: [123] of 3 pods are new \([0-3] ready so far\), paused again\n$/,
    );
    const paused = await run(['get', 'deploy/web', '-o', 'jsonpath={.spec.paused}']);
    expect(paused.stdout).toBe('true');
    const rest = await run(['rollout', 'promote', 'deploy/web', '--full', '--watch']);
    expect(rest).toMatchObject({ code: 0, stdout: expect.stringContaining('successfully rolled out') });
    expect((await run(['rollout', 'promote', 'deploy/web'])).stderr).toBe(
      'error: deployments.apps "web" is not paused: it goes on by itself\n',
    );
  });

  test('undo shows what would change, with what the server says of it, and then does it', async () => {
    const { run } = cluster;
    const preview = await run(['rollout', 'undo', 'deploy/web', '--preview']);
    expect(preview.stdout).toContain('deployment default/web: revision 2 -> 1\n');
    expect(preview.stdout).toContain('  ~ image: registry.k8s.io/pause:3.10 -> registry.k8s.io/pause:3.9\n');
    expect(preview.stdout).toMatch(/The server accepts it \(dry run\)\.\nNothing was changed\.\n$/);
    const image = () => run(['get', 'deploy/web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}']);
    expect((await image()).stdout).toBe('registry.k8s.io/pause:3.10');
    expect(await run(['rollout', 'undo', 'deploy/web', '--interactive'])).toMatchObject({
      stderr: expect.stringContaining('nobody can be asked here'),
      code: 1,
    });
    const undone = await run(['rollout', 'undo', 'deploy/web', '--watch']);
    expect(undone.stdout).toMatch(/^deployment.apps\/web rolled back\n[\s\S]*successfully rolled out\n$/);
    expect((await image()).stdout).toBe('registry.k8s.io/pause:3.9');
    expect((await run(['rollout', 'history', 'deploy/web', '-o', 'wide'])).stdout).toMatch(
      /3 \(now\) +\S+ +complete, rolled back to \(was 1\) +registry.k8s.io.pause:3.9/,
    );
  });
});
