import { expect, test } from 'vitest';
import { Playback } from '../../../src/store/rollout/playback.ts';
import { pulledFigures } from '../../../src/store/rollout/pod-pulls.ts';
import type { RecordedEntry } from '../../../src/store/rollout/recording.ts';
import { storyRecording } from './story-recording.ts';

/** The pulls of new pods at a moment of a recorded rollout, of which some entries never came. */
function pullsAt(name: string, at: number, came: (entry: RecordedEntry) => boolean) {
  const { head, entries } = storyRecording(name);
  const playback = new Playback({ head, entries: entries.filter(came) });
  playback.advance(at);
  const { revisions } = playback.stores[0]!.getSnapshot().tree!;
  return revisions.filter(({ isNew }) => isNew).flatMap(({ pods }) => pods.flatMap(({ pulls }) => pulls));
}

const nodesAreSilent = ({ event }: RecordedEntry) => event?.type !== 'pulls';

test('the node itself tells bytes and layers', () => {
  const [pull] = pullsAt('slow-pull', 16_000, () => true);
  expect(pull).toMatchObject({ state: 'pulling', exact: true, container: 'app', image: 'ghcr.io/shop/web:2' });
  expect(pull!.doneBytes).toBeGreaterThan(0.4 * pull!.bytes!);
  expect(pull!.doneBytes).toBeLessThan(0.6 * pull!.bytes!);
  expect(new Set(pull!.layers.map(({ state }) => state))).toEqual(new Set(['pulled', 'pulling']));
});

test('of other nodes it is worked out: what is to come by facts of the image, how long by pulls elsewhere', () => {
  const [first] = pullsAt('slow-pull', 16_000, nodesAreSilent);
  // Nobody has pulled it before: there is nothing to tell the time by.
  expect(first).toMatchObject({ state: 'pulling', exact: false, doneBytes: undefined, to: undefined });
  const exact = pullsAt('slow-pull', 16_000, () => true)[0]!;
  expect(first!.bytes).toBe(exact.bytes);
  const [done, second] = pullsAt('slow-pull', 40_000, nodesAreSilent);
  expect(done).toMatchObject({ state: 'pulled', exact: false });
  expect(second).toMatchObject({ state: 'pulling', exact: false });
  // The second node will take about as long as the first did.
  expect(second!.to! - second!.from!).toBeCloseTo(done!.to! - done!.from!, -2);
});

test('layers of images that the node has are not to come again', () => {
  const [pull] = pullsAt('done', 1500, nodesAreSilent);
  const cached = pull!.layers.filter(({ state }) => state === 'cached');
  expect(cached).toHaveLength(1);
  expect(pull!.bytes).toBe(pull!.layers.reduce((sum, one) => sum + (one.state === 'cached' ? 0 : one.sizeBytes), 0));
});

test('what is neither told nor known of stays unknown', () => {
  const bare = ({ event }: RecordedEntry) => event?.type !== 'pulls' && event?.type !== 'image';
  expect(pullsAt('slow-pull', 16_000, bare)[0]).toMatchObject({ state: 'pulling', bytes: undefined, layers: [] });
});

test.each([
  [
    'Successfully pulled image "a" in 3.2s (4.5s including waiting). Image size: 123 bytes.',
    { tookMs: 3200, waitedMs: 4500, bytes: 123 },
  ],
  [
    'Successfully pulled image "a" in 1m2s (1m2s including waiting)',
    { tookMs: 62_000, waitedMs: 62_000, bytes: undefined },
  ],
  ['Container image "a" already present on machine', undefined],
  ['Successfully pulled image "a" in soon (later including waiting)', undefined],
])('%s', (message, expected) => {
  expect(pulledFigures(message)).toEqual(expected);
});
