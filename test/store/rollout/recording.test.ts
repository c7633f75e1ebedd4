import { expect, test } from 'vitest';
import { RolloutRecorder, readRecording } from '../../../src/store/rollout/recording.ts';
import { pod } from './objects.ts';

function recorded(): string {
  let text = '';
  let now = Date.parse('2026-03-01T10:00:00Z');
  const about = [{ kind: 'Deployment', namespace: 'shop', name: 'web' }];
  const recorder = new RolloutRecorder(
    (line) => (text += line),
    () => now,
    about,
  );
  const object = pod('a', 2, 'web:2');
  object['spec'].containers[0].env = [{ name: 'PASSWORD', value: 'hunter2' }];
  object.metadata.annotations = { 'kubectl.kubernetes.io/last-applied-configuration': 'hunter2' };
  now += 1500;
  recorder.event(0, { type: 'put', kind: 'pod', object });
  const log = { pod: 'a', container: 'web', restarts: 1, lines: ['password=hunter2'], problem: '' };
  recorder.event(0, { type: 'log', uid: 'u', log });
  recorder.verdict(0, { code: 1, message: 'token=hunter2' });
  return text;
}

test('lines of JSON with times, and no secrets', () => {
  const text = recorded();
  expect(text).not.toContain('hunter2');
  const { head, entries } = readRecording(text, 'x');
  expect(head).toMatchObject({ kctl: 'rollout', version: 1, start: '2026-03-01T10:00:00.000Z', redacted: true });
  expect(entries.map(({ t, of }) => [t, of])).toEqual([
    [1500, 0],
    [1500, 0],
    [1500, 0],
  ]);
  expect(entries[2]!.verdict).toEqual({ code: 1, message: 'token=<redacted>' });
});

test('what a crash cut off is left out; what is none is refused', () => {
  const text = recorded();
  expect(readRecording(text.slice(0, -10), 'x').entries).toHaveLength(2);
  expect(() => readRecording('{"kctl":"recording"}\n', 'x')).toThrow('x is not a recorded rollout');
  expect(() => readRecording(text.replace('"version":1', '"version":2'), 'x')).toThrow('recorded by a later version');
  expect(() => readRecording(text.replace('{"t"', '{t'), 'x')).toThrow('x: line 2 is not JSON');
});
