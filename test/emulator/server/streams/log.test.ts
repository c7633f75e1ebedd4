import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LogOptions } from '../../../../src/emulator/kubelet/node-api.ts';
import { eventually } from '../../../support/program.ts';
import { type FakeCluster, fakeCluster, processNode, runningPod } from './fake-node.ts';

const asked: { options: LogOptions; signal: AbortSignal }[] = [];
let cluster: FakeCluster;
const path = '/api/v1/namespaces/default/pods/web/log';

beforeAll(async () => {
  const node = {
    ...processNode,
    async logs(_namespace: string, _pod: string, options: LogOptions, signal: AbortSignal) {
      asked.push({ options, signal });
      return (async function* () {
        yield Buffer.from('one\n');
        yield Buffer.from('zwö\n');
        if (options.previous) throw new Error('the file is gone');
        if (options.follow) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      })();
    },
  };
  cluster = await fakeCluster(node, { pods: [runningPod('web'), runningPod('two', ['a', 'b'])] });
});
afterAll(() => cluster.stop());

test('comes in the messages of a WebSocket, as bytes or in base64', async () => {
  for (const [protocols, last] of [
    [['binary.k8s.io'], 'zwö\n'],
    [['base64.binary.k8s.io'], Buffer.from('zwö\n').toString('base64')],
    [[], 'zwö\n'],
  ] as const) {
    const client = await cluster.open(path, [...protocols]);
    expect(client.socket.protocol).toBe(protocols[0] ?? '');
    await eventually(() => client.closed, 'the close');
    expect(client.messages).toHaveLength(2);
    expect(String(client.messages[1])).toBe(last);
    expect(client.closed).toBe(1000);
  }
  await expect(cluster.open(path, ['channel.k8s.io'])).rejects.toMatchObject({ status: 403 });
});

test('what goes wrong on the way ends it', async () => {
  const client = await cluster.open(`${path}?previous=true`, ['binary.k8s.io']);
  await eventually(() => client.closed, 'the close');
  expect([client.closed, client.messages.length]).toEqual([1011, 2]);
});

test('a follower that hangs up ends the reading', async () => {
  asked.length = 0;
  const client = await cluster.open(`${path}?follow=true&timestamps=1&tailLines=7`, ['binary.k8s.io']);
  await eventually(() => client.messages.length === 2, 'both lines');
  expect(asked[0]!.options).toEqual({
    container: 'app',
    follow: true,
    previous: false,
    timestamps: true,
    tailLines: 7,
  });
  client.socket.close();
  await eventually(() => asked[0]!.signal.aborted, 'the end of the reading');
});

test('what is wrong with the parameters is said all at once', async () => {
  const refusal = async (query: string) => {
    const { status, text } = await cluster.upgrade('GET', `${path}?${query}`, {});
    return [status, JSON.parse(text).message];
  };
  expect(await refusal('tailLines=-1&limitBytes=0')).toEqual([
    422,
    'PodLogOptions "web" is invalid: [tailLines: Invalid value: -1: must be greater than or equal to 0, limitBytes: Invalid value: 0: must be greater than 0]',
  ]);
  expect(await refusal('sinceSeconds=0')).toEqual([
    422,
    'PodLogOptions "web" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0',
  ]);
  expect(await refusal('sinceSeconds=5&sinceTime=2026-01-01T00:00:00Z')).toEqual([
    422,
    'PodLogOptions "web" is invalid: []: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
  ]);
  expect(await refusal('stream=Stdout')).toEqual([
    422,
    'PodLogOptions "web" is invalid: stream: Forbidden: may not be specified',
  ]);
  expect(await refusal('tailLines=many')).toEqual([400, 'strconv.ParseInt: parsing "many": invalid syntax']);
});

test('nodes are reached without TLS, so that not checking it changes nothing', async () => {
  const { status, text } = await cluster.upgrade('GET', `${path}?insecureSkipTLSVerifyBackend=true`, {});
  expect([status, text]).toEqual([200, 'one\nzwö\n']);
});

test('the container has to be named where there are several', async () => {
  const { status, text } = await cluster.upgrade('GET', path.replace('web', 'two'), {});
  expect(status).toBe(400);
  expect(JSON.parse(text).message).toBe('a container name must be specified for pod two, choose one of: [a b]');
});
