import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { ApiStatusError } from '../../../src/api/status.ts';
import { LogBuffer } from '../../../src/store/log-buffer.ts';
import type { LogRequest } from '../../../src/tui/services.ts';
import { type FollowState, LogFollower } from '../../../src/tui/views/log-follower.ts';
import { fakeCluster } from '../fake-services.ts';

const tick = () => new Promise((resolve) => setImmediate(resolve));

function broken(text: string): Readable {
  return Readable.from(
    (async function* () {
      yield Buffer.from(text);
      throw new Error('connection reset');
    })(),
  );
}

function follow(answers: (() => Readable)[], previous = false) {
  const { timing } = fakeCluster();
  const buffer = new LogBuffer({ timing });
  const requests: LogRequest[] = [];
  const states: FollowState[] = [];
  const services = {
    timing,
    async logs(request: LogRequest) {
      requests.push(request);
      const answer = answers.shift();
      if (!answer) throw new Error('asked too often');
      return answer();
    },
  };
  const request = { namespace: 'shop', pod: 'web', container: 'web', previous };
  const follower = new LogFollower(services, buffer, request, (state) => states.push(state));
  const lines = () => {
    buffer.flush();
    return buffer.lines(0, 100).map((line) => line.text);
  };
  return { follower, requests, states, lines, timing };
}

test('goes on after the last line when the connection breaks: nothing is lost or shown twice', async () => {
  const run = follow([
    () => broken('2026-01-01T00:00:01Z one\n2026-01-01T00:00:02Z two\n2026-01-01T00:00:03Z cut'),
    () => Readable.from([Buffer.from('2026-01-01T00:00:02Z two\n2026-01-01T00:00:03Z cut short\n')]),
  ]);
  for (let round = 0; round < 5; round++) await tick();
  expect(run.states.at(-1)).toMatchObject({ phase: 'retrying' });
  run.timing.advance(500);
  for (let round = 0; round < 5; round++) await tick();
  expect(run.requests[1]).toMatchObject({ sinceTime: '2026-01-01T00:00:02Z', follow: true });
  expect(run.lines()).toEqual([
    '2026-01-01T00:00:01Z one',
    '2026-01-01T00:00:02Z two',
    '2026-01-01T00:00:03Z cut short',
  ]);
  expect(run.states.at(-1)).toEqual({ phase: 'ended' });
});

test('a characters cut between chunks stays whole', async () => {
  const bytes = Buffer.from('2026-01-01T00:00:01Z 한글\n');
  const run = follow([() => Readable.from([...bytes].map((byte) => Buffer.of(byte)))]);
  for (let round = 0; round < 60; round++) await tick();
  expect(run.lines()).toEqual(['2026-01-01T00:00:01Z 한글']);
});

test('does not ask again what has its answer', async () => {
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason: 'NotFound',
    code: 404,
  } as const;
  const run = follow([
    () => {
      throw new ApiStatusError({ ...status, message: 'pods "web" not found' });
    },
  ]);
  for (let round = 0; round < 3; round++) await tick();
  run.timing.advance(60_000);
  await tick();
  expect(run.requests).toHaveLength(1);
  expect(run.states.at(-1)).toMatchObject({ phase: 'failed' });
});
