import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/api/meta.ts';
import { revisionOutcomes } from '../../../../src/store/rollout/diff/outcomes.ts';
import { currentRevision, revisionsOf } from '../../../../src/store/rollout/diff/revision.ts';
import { at, deployment, event, replicaSet } from '../objects.ts';

const scaled = (revision: number, way: 'up' | 'down', to: number, seconds: number, more: object = {}): KubeObject => ({
  ...event('ScalingReplicaSet', 'x', seconds, `Scaled ${way} replica set web-hash${revision} from 9 to ${to}`),
  involvedObject: { kind: 'Deployment', name: 'web', uid: 'dep' },
  ...more,
});

function outcomes(events: KubeObject[], overrides: { spec?: object; status?: object } = {}, sets = [1, 2, 3]) {
  const live = deployment(`web:${sets.at(-1)}`, { generation: 2, ...overrides });
  const keepers = sets.map((revision) => {
    const set = replicaSet(revision, `web:${revision}`, 0);
    set.metadata.annotations!['deployment.kubernetes.io/desired-replicas'] = '3';
    return set;
  });
  const history = revisionsOf(live, keepers);
  const found = revisionOutcomes(live, history, { current: currentRevision(live, history), events });
  return [...found.values()].map(({ outcome, detail }) => [outcome, detail].filter(Boolean).join(' '));
}

const condition = (reason: string) => ({ conditions: [{ type: 'Progressing', reason }], updatedReplicas: 1 });

describe('the outcome of revisions', () => {
  test('of now is told by the workload', () => {
    expect(outcomes([], { status: condition('NewReplicaSetAvailable') }).at(-1)).toBe('complete');
    expect(outcomes([], { status: condition('ProgressDeadlineExceeded') }).at(-1)).toBe(
      'failed progress deadline exceeded',
    );
    expect(outcomes([], { status: condition('ReplicaSetUpdated') }).at(-1)).toBe('in progress 1 of 3 pods');
    expect(outcomes([], { spec: { paused: true }, status: condition('DeploymentPaused') }).at(-1)).toBe(
      'paused 1 of 3 pods',
    );
    // A condition from before the last change says nothing of it.
    const before = { ...condition('NewReplicaSetAvailable'), observedGeneration: 1 };
    expect(outcomes([], { status: before }).at(-1)).toBe('in progress 1 of 3 pods');
  });

  test('of before is complete where it took the last pod of another away', () => {
    const events = [scaled(1, 'up', 3, 0), scaled(2, 'up', 3, 60), scaled(1, 'down', 0, 70), scaled(3, 'up', 1, 100)];
    expect(outcomes(events).slice(0, 2)).toEqual(['superseded', 'complete']);
  });

  test('of before is failed where it did not and its pods had trouble', () => {
    const events = [scaled(2, 'up', 1, 60), scaled(3, 'up', 1, 100), scaled(1, 'down', 0, 110)];
    expect(outcomes(events)[1]).toBe('superseded at 1 of 3 pods');
    expect(outcomes([...events, event('Failed', 'web-hash2-abc', 65)])[1]).toBe('failed at 1 of 3 pods: Failed');
    expect(outcomes([...events, event('Failed', 'web-hash1-abc', 65)])[1]).toBe('superseded at 1 of 3 pods');
  });

  test('is not guessed at where events are gone, or stand for several', () => {
    const failed = event('Failed', 'web-hash2-abc', 65);
    expect(outcomes([failed])[1]).toBe('superseded');
    const known = [scaled(2, 'up', 1, 60), scaled(3, 'up', 1, 100), failed];
    const combined = (from: number, to: number) =>
      scaled(2, 'down', 0, to, { count: 4, firstTimestamp: at(from), message: '(combined from similar events): x' });
    expect(outcomes([...known, combined(62, 130)])[1]).toBe('superseded');
    expect(outcomes([...known, combined(100, 130)])[1]).toBe('failed at 1 of 3 pods: Failed');
    expect(outcomes([...known, combined(40, 60)])[1]).toBe('failed at 1 of 3 pods: Failed');
    expect(outcomes([scaled(2, 'up', 1, 60), failed], { spec: { strategy: { type: 'Recreate' } } })[1]).toBe(
      'superseded',
    );
  });

  test('of what came twice is that of the last time', () => {
    const twice = scaled(2, 'up', 3, 200, { count: 2, firstTimestamp: at(60) });
    const events = [twice, scaled(1, 'down', 0, 70), scaled(2, 'down', 0, 110), scaled(3, 'up', 1, 100)];
    const late = [...events, scaled(3, 'up', 1, 220, { count: 2, firstTimestamp: at(100) })];
    expect(outcomes(late)[1]).toBe('superseded at 3 of 3 pods');
    expect(outcomes([...late, scaled(1, 'down', 0, 210)])[1]).toBe('complete');
  });

  test('tells what the workload went back to', () => {
    const live = deployment('web:2');
    const set = replicaSet(4, 'web:2', 3);
    set.metadata.annotations!['deployment.kubernetes.io/revision-history'] = '1,2';
    const history = revisionsOf(live, [replicaSet(3, 'web:3', 0), set]);
    const found = revisionOutcomes(live, history, { current: undefined, events: [] });
    expect([...found.values()].map(({ wentBackTo }) => wentBackTo)).toEqual([[], [1, 2]]);
  });
});
