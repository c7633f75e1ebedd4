import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { type FleetRollout, FleetTracker, fleetSet, fleetWorkload } from '../../../src/store/rollout/fleet.ts';
import { Playback } from '../../../src/store/rollout/playback.ts';
import { storyRecording } from './story-recording.ts';

/** How a recorded rollout stands in the table of all, at some seconds of it. */
function standings(story: string, seconds: readonly number[]): (FleetRollout | undefined)[] {
  const playback = new Playback(storyRecording(story));
  const tracker = new FleetTracker(playback.now() - 60_000);
  return seconds.map((second) => {
    playback.advance(second * 1000);
    const { workload, revisions } = playback.stores[0]!.getSnapshot().state;
    const sets = [...revisions.values()].flatMap((object) => fleetSet(object) ?? []);
    return tracker.rollouts(workload ? [fleetWorkload(workload)] : [], sets, playback.now())[0];
  });
}

const told = (one: FleetRollout | undefined) =>
  one && `${one.state} ${one.step} ${one.newReady}/${one.workload.desired}`;

describe('recorded rollouts', () => {
  test('done', () => {
    const [first, mid, end, later] = standings('done', [0.1, 4, 7, 700]);
    expect(told(first)).toBe('Progressing ready 0/3');
    expect(told(mid)).toMatch(/^Progressing (?:ready|leave) [12]\/3$/);
    expect(mid!.leftMs).toBeGreaterThan(500);
    expect(mid!.leftMs).toBeLessThan(10_000);
    expect(told(end)).toBe('Succeeded done 3/3');
    // What is over for ten minutes makes room.
    expect(later).toBeUndefined();
  });

  test.each([
    ['quota', 3.4, 'Degraded', /exceeded quota: team/],
    ['deadline', 3000, 'Failed', /progress deadline exceeded/],
    ['paused', 1, 'Paused', /^$/],
    ['crash-loop', 50, 'Progressing', /^$/],
  ] as const)('%s', (story, second, state, cause) => {
    const [one] = standings(story, [second]);
    expect(one?.state).toBe(state);
    expect(one?.cause).toMatch(cause);
  });

  test('a stateful set, whose begin is what was seen of it', () => {
    const [first, end] = standings('done-stateful-set', [1, 7]);
    expect(told(first)).toMatch(/^Progressing \w+ [01]\/2$/);
    expect(told(end)).toMatch(/^Succeeded done 2\/2$/);
  });
});

const at = Date.parse('2026-03-02T10:00:00Z');

function deployment(status: object, spec: object = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', uid: 'web', generation: 2 },
    spec: { replicas: 3, ...spec },
    status: { observedGeneration: 2, ...status },
  } as KubeObject;
}

const full = { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 };
const over = (lastUpdateTime: string) => ({
  type: 'Progressing',
  status: 'True',
  reason: 'NewReplicaSetAvailable',
  lastUpdateTime,
});
const rows = (object: KubeObject, now = at) => new FleetTracker(at).rollouts([fleetWorkload(object)], [], now);

test('a pod that fails long after is no rollout', () => {
  const conditions = [over('2026-03-01T00:00:00Z')];
  expect(rows(deployment({ ...full, readyReplicas: 2, availableReplicas: 2, conditions }))).toEqual([]);
});

test('what ended shortly before somebody looked is told', () => {
  const [one] = rows(deployment({ ...full, conditions: [over('2026-03-02T09:55:00Z')] }));
  expect(told(one)).toBe('Succeeded done 0/3');
  expect(rows(deployment({ ...full, conditions: [over('2026-03-02T09:45:00Z')] }))).toEqual([]);
});

test('states stand in the alphabet as they stand in weight', () => {
  const worstFirst = ['Degraded', 'Failed', 'Paused', 'Progressing', 'Succeeded'];
  expect(worstFirst.toSorted()).toEqual(worstFirst);
});

test('a workload that went is forgotten', () => {
  const tracker = new FleetTracker(at);
  const moving = fleetWorkload(deployment({ ...full, updatedReplicas: 1 }));
  expect(tracker.rollouts([moving], [], at)).toHaveLength(1);
  expect(tracker.rollouts([], [], at + 1000)).toEqual([]);
});
