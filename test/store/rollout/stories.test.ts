import { describe, expect, test } from 'vitest';
import { Playback } from '../../../src/store/rollout/playback.ts';
import { type Recording, readRecording } from '../../../src/store/rollout/recording.ts';
import { RolloutJudge, type Verdict } from '../../../src/store/rollout/verdict.ts';
import { recordStory } from './record-world.ts';
import { stories } from './stories.ts';
import { keepRecording, storyRecording } from './story-recording.ts';

/** Plays in steps of a quarter of a second until it is decided. */
function judged(recording: Recording, seconds: number): { verdict: Verdict; at: number } {
  const playback = new Playback(recording);
  const judge = new RolloutJudge(playback.now());
  for (let at = 0; at <= seconds * 1000; at += 250) {
    playback.advance(at);
    const verdict = judge.judge(playback.stores[0]!.getSnapshot(), playback.now());
    if (verdict) return { verdict, at };
  }
  const { failures, status } = playback.stores[0]!.getSnapshot();
  throw new Error(`never decided: ${status?.message} ${JSON.stringify(failures)}`);
}

describe('each rollout of the emulator is told with its true cause, within 5 s of the evidence', () => {
  test.each(Object.keys(stories))('%s', async (name) => {
    const { told, seconds } = stories[name]!;
    if (process.env['UPDATE_ROLLOUTS']) keepRecording(name, await recordStory(stories[name]!));
    const recording = storyRecording(name);
    const { verdict, at } = judged(recording, seconds);
    expect(verdict.message).toMatch(told.message);
    expect(verdict.code).toBe(told.code);
    const shown = recording.entries.find((entry) => told.evidence.test(JSON.stringify(entry)));
    expect(shown).toBeDefined();
    expect(at - shown!.t).toBeLessThanOrEqual((told.patience ?? 5) * 1000);
  });
});

test.each(['image-typo', 'quota', 'done-daemon-set'])('%s still goes as it was recorded', async (name) => {
  const { seconds, told } = stories[name]!;
  const { verdict } = judged(readRecording(await recordStory(stories[name]!), name), seconds);
  expect(verdict.message).toMatch(told.message);
});
