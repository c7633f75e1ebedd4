import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { Sink } from '../../../src/api/source.ts';
import { PodLogs, type PodLogsOptions } from '../../../src/store/logs/pod-logs.ts';
import { Heard, quickTiming } from './fake-logs.ts';

const pod = (name: string, state: object = { terminated: { exitCode: 0 } }): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'n', uid: name } },
  spec: { restartPolicy: 'Never' },
  status: { phase: 'Running', containerStatuses: [{ name: 'main', restartCount: 0, state }] },
});

function setUp(most = 10, isOnlyFirst = false) {
  const heard = new Map<string, Heard>();
  const asked: string[] = [];
  const waiting: number[] = [];
  const options: PodLogsOptions = {
    ...{
      timing: quickTiming(),
      start: { tailLines: 1 },
      most,
      isOnlyFirst,
      look: async () => undefined,
      onSource: () => undefined,
    },
    open: async ({ pod: name, tailLines, signal, follow }) => {
      asked.push(`${name} ${tailLines}`);
      void [signal, follow];
      return Readable.from([Buffer.from(`2026-01-02T03:04:05.000000000Z ${name}\n`)]);
    },
    containers: ({ metadata }) => (metadata.name === 'other' ? [] : ['main']),
    receive(of) {
      const ear = new Heard();
      heard.set(of.pod, ear);
      return ear;
    },
    onWaiting: (count) => void waiting.push(count),
  };
  const logs = new PodLogs(options);
  let sink: Sink<KubeObject> | undefined;
  const over = new Promise<void>((resolve) => {
    logs.onChange = () => logs.isOver && resolve();
  });
  logs.follow({
    start(to) {
      sink = to;
    },
    stop: () => undefined,
  });
  return { logs, heard, asked, waiting, over, sink: sink! };
}

const info = { columns: [], resourceVersion: '1' };

test('of those that are there the last lines are asked for, of those that come everything', async () => {
  const { sink, asked, heard, over } = setUp();
  sink.replace([pod('a'), pod('other')], info);
  sink.change('ADDED', pod('b'), info);
  await over;
  expect(asked.toSorted()).toEqual(['a 1', 'b undefined']);
  expect(heard.get('b')).toMatchObject({ texts: ['b'], isEnded: true });
});

test('a list after a broken watch adds what came meanwhile and ends what is gone', async () => {
  const { sink, asked, heard, over } = setUp();
  const running = { running: {} };
  sink.replace([pod('a', running)], info);
  sink.replace([pod('b')], info);
  await over;
  expect(asked).toContain('b undefined');
  expect(heard.get('a')!.kinds.at(-1)).toBe('gone');
});

test('more logs than are followed at a time wait for their turn', async () => {
  const { sink, asked, waiting, over, logs } = setUp(2);
  sink.replace(
    ['a', 'b', 'c', 'd'].map((name) => pod(name)),
    info,
  );
  expect(asked).toHaveLength(2);
  await over;
  expect(asked).toHaveLength(4);
  expect(waiting).toEqual([2]);
  expect(logs.waiting).toBe(0);
});

test('those that come later are left out where only the first ones are meant', async () => {
  const { sink, asked, over } = setUp(10, true);
  sink.replace([pod('a')], info);
  sink.change('ADDED', pod('b'), info);
  await over;
  expect(asked).toEqual(['a 1']);
});
