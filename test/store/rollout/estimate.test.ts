import { describe, expect, test } from 'vitest';
import type { Estimate } from '../../../src/store/rollout/estimate.ts';
import { Playback } from '../../../src/store/rollout/playback.ts';
import { storyRecording } from './story-recording.ts';

/** The estimates of a recorded rollout, and how long it really took from there (ms). */
function estimates(name: string): { at: number; estimate: Estimate | undefined; really: number }[] {
  const playback = new Playback(storyRecording(name));
  const seen: { at: number; estimate: Estimate | undefined }[] = [];
  let at = 0;
  for (; ; at += 250) {
    playback.advance(at);
    const { status, estimate } = playback.stores[0]!.getSnapshot();
    if (status?.done) break;
    seen.push({ at, estimate });
  }
  return seen.map((one) => ({ ...one, really: at - one.at }));
}

describe('the estimate', () => {
  test.each(['slow-pull', 'done-stateful-set', 'done'])(
    'of %s is near to what came, once pods are under way',
    (name) => {
      const all = estimates(name).filter(({ estimate }) => estimate);
      expect(all.length).toBeGreaterThan(5);
      const later = all.slice(Math.floor(all.length / 3));
      for (const { estimate, really } of later) {
        // Within a half of what was left, or the one pull more or less of a node that has the image.
        expect(Math.abs(estimate!.leftMs - really)).toBeLessThan(Math.max(8000, really * 0.5));
      }
    },
  );
  test('names what holds it: the pull, and where', () => {
    const pulling = estimates('slow-pull').find(({ at }) => at === 16_000)!;
    expect(pulling.estimate).toMatchObject({ holds: 'pull', node: 'kctl-worker-2', from: 'old', rounds: 1 });
  });
  test('goes by new pods as soon as one of them is ready', () => {
    expect(estimates('slow-pull').at(-4)!.estimate).toMatchObject({ from: 'new' });
  });
});
