import { PassThrough } from 'node:stream';
import type { KubeObject } from '../../src/api/meta.ts';
import type { LogContainer, LogStart } from '../../src/store/logs/log-source.ts';
import type { DashboardServices } from '../../src/tui/services.ts';
import { type FakeCluster, fakeCluster, podRow, putObject } from './fake-services.ts';

type Request = LogContainer & LogStart & { follow: boolean; previous: boolean };

export interface FakeLogs extends FakeCluster {
  requests: string[];
  asked: Request[];
  /** The open streams by `pod/container`. */
  streams: Map<string, PassThrough>;
  /** Writes lines with times a second apart, beginning at `second` of 12:00. */
  write(pod: string, lines: readonly string[], options?: { container?: string; second?: number }): void;
}

const key = (pod: string, container: string) => `${pod}/${container}`;

export const stamp = (second: number): string =>
  new Date(Date.parse('2026-11-21T12:00:00Z') + second * 1000).toISOString().replace('Z', '000000Z');

export function logPod(
  name: string,
  containers: readonly string[] = ['main'],
  init: readonly string[] = [],
): KubeObject {
  const running = (container: string) => ({ name: container, restartCount: 0, state: { running: {} } });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: `uid-shop-${name}` },
    spec: {
      containers: containers.map((container) => ({ name: container })),
      initContainers: init.map((container) => ({ name: container })),
    },
    status: { phase: 'Running', containerStatuses: containers.map(running) },
  };
}

/** A cluster in memory whose pods are given, and whose logs a test writes line by line. */
export function fakeLogs(pods: readonly KubeObject[]): FakeLogs {
  const fake = fakeCluster(pods.map(({ metadata }) => podRow('shop', metadata.name!)));
  for (const pod of pods) putObject(fake, 'pods', pod);
  const streams = new Map<string, PassThrough>();
  const asked: Request[] = [];
  const logs: DashboardServices['logs'] = async ({ signal, ...request }) => {
    asked.push(request);
    const stream = new PassThrough();
    streams.set(key(request.pod, request.container), stream);
    const old = fake.logs.get(key(request.pod, request.container));
    if (old !== undefined) stream.write(old);
    if (!request.follow) stream.end();
    signal.addEventListener('abort', () => stream.destroy());
    return stream;
  };
  const services = { ...fake.services, logs };
  return {
    ...fake,
    services,
    asked,
    streams,
    write(pod, lines, { container = 'main', second = 0 } = {}) {
      const text = lines.map((line, index) => `${stamp(second + index)} ${line}\n`).join('');
      streams.get(key(pod, container))!.write(text);
    },
  };
}

export function putWorkload(fake: FakeCluster, name: string): void {
  putObject(fake, 'deployments.apps', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop', uid: `uid-${name}` },
    spec: { selector: { matchLabels: { app: name } } },
  });
}
