import { PassThrough, Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { findBuiltin } from '../../../src/api/resources.ts';
import { main } from '../../../src/cli/main.ts';
import type { ApiRequest, ApiResponse, Cluster, Transport } from '../../../src/kube/cluster.ts';

const pod = (name: string, state: object, restartCount = 0) => ({
  ...{ apiVersion: 'v1', kind: 'Pod' },
  metadata: { name, namespace: 'default', uid: name, resourceVersion: '5' },
  spec: { restartPolicy: 'Always', containers: [{ name: 'main' }] },
  status: { phase: 'Running', containerStatuses: [{ name: 'main', restartCount, state }] },
});

const at = (second: number, text: string) => `2026-01-02T03:00:0${second}.000000000Z ${text}\n`;

class Collector extends PassThrough {
  text = '';
  constructor() {
    super();
    this.on('data', (chunk: Buffer) => {
      this.text += chunk.toString();
    });
  }

  /** Resolves when the text has come. */
  async has(text: string): Promise<void> {
    while (!this.text.includes(text)) await new Promise((resolve) => this.once('data', () => setImmediate(resolve)));
  }
}

/** A server of one namespace whose pods and logs a test writes. */
class FakeServer {
  readonly watch = new PassThrough();
  readonly requests: string[] = [];
  readonly pods: object[];
  /** What each request for a log gets, by pod, in turn. */
  readonly logs: Record<string, Readable[]>;

  constructor(pods: object[], logs: Record<string, Readable[]>) {
    this.pods = pods;
    this.logs = logs;
  }

  tell(type: string, object: object): void {
    this.watch.write(`${JSON.stringify({ type, object })}\n`);
  }

  #answer({ path, query = {} }: ApiRequest): Readable {
    const name = /\/pods\/(.+)\/log$/.exec(path)?.[1];
    if (name) {
      this.requests.push(`${name} ${query.tailLines ?? query.sinceTime ?? 'all'}${query.previous ? ' previous' : ''}`);
      return this.logs[name]?.shift() ?? new PassThrough();
    }
    return query.watch === undefined ? Readable.from([this.#list()]) : this.watch;
  }

  #list(): string {
    return JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '5' }, items: this.pods });
  }

  cluster(): Cluster {
    const send = async (request: ApiRequest): Promise<ApiResponse> => {
      const body = this.#answer(request);
      request.signal?.addEventListener('abort', () => body.destroy());
      body.on('error', () => undefined);
      return { status: 200, headers: {}, body, text: async () => this.#list() };
    };
    const transport = { send, json: async () => JSON.parse(this.#list()), now: Date.now, onWarning() {}, close() {} };
    return {
      ...{ contextName: 'c', clusterName: 'c', userName: 'u', namespace: 'default', namespaceExplicit: false },
      transport: transport as unknown as Transport,
      discovery: {} as Cluster['discovery'],
    };
  }

  start(line: string[]) {
    const [stdout, stderr] = [new Collector(), new Collector()];
    const io = { stdin: Readable.from([]), stdout, stderr, env: {}, cwd: import.meta.dirname };
    return { stdout, stderr, code: main(line, io, 'kctl', async () => this.cluster()) };
  }
}

const podDiscovery = { resolve: async () => findBuiltin('pods')!, expandCategory: async () => undefined } as unknown;

/** A stream that goes on: what is in it comes, and its end does not. */
function open(...lines: string[]): PassThrough {
  const stream = new PassThrough();
  for (const line of lines) stream.write(line);
  return stream;
}

test('pods that come are followed, breaks are mended, restarts go on, and all of it is told', async () => {
  const breaking = open(at(1, 'a1'), at(2, 'a2'));
  const second = open(at(2, 'a2'), at(3, 'a3'));
  const server = new FakeServer([pod('a', { running: {} })], {
    a: [breaking, second, Readable.from([at(3, 'a3')]), open(at(7, 'again'))],
    b: [open(at(4, 'b1'), at(5, 'b2'))],
  });
  const { stdout, stderr, code } = server.start(['logs', '-f', '/a|b/']);
  await stdout.has('a2');
  breaking.destroy(new Error('aborted'));
  await stdout.has('a3');
  server.tell('ADDED', pod('b', { running: {} }));
  await stdout.has('b2');
  server.tell('MODIFIED', pod('a', { running: {} }, 1));
  second.end();
  await stdout.has('again');
  // The reader leaves, as `head` does.
  stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  expect(await code).toBe(0);
  expect(stdout.text.split('\n').map((line) => line.replace(/^\[pod\/(\w)\/main\] /, '$1: '))).toEqual([
    ...['a: a1', 'a: a2', 'a: a3', 'b: b1', 'b: b2', 'a: again', ''],
  ]);
  expect(server.requests).toEqual([
    'a 10',
    'a 2026-01-02T03:00:02Z',
    'b all',
    'a 2026-01-02T03:00:03Z previous',
    'a all',
  ]);
  expect(stderr.text).toContain('· following 1 log, and those of pods that come\n');
  expect(stderr.text).toContain('+ b main\n');
  expect(stderr.text).toContain('↻ a main restarted (restart 1)\n');
  expect(stderr.text).not.toContain('missing');
});

test('a pod by its name is followed to its end, and then the command ends', async () => {
  const over = { terminated: { exitCode: 3, reason: 'Error' } };
  const ended = { ...pod('a', over), status: { ...pod('a', over).status, phase: 'Failed' } };
  const server = new FakeServer([ended], { a: [Readable.from([at(1, 'only')])] });
  const cluster = server.cluster();
  Object.assign(server, { cluster: () => ({ ...cluster, discovery: podDiscovery }) });
  Object.assign(cluster.transport, {
    json: async ({ path }: ApiRequest) =>
      path.endsWith('/a') ? ended : { kind: 'PodList', metadata: { resourceVersion: '5' }, items: [ended] },
  });
  const { stdout, stderr, code } = server.start(['logs', '-f', 'a', '--exclude=x']);
  expect(await code).toBe(0);
  expect(stdout.text).toBe('only\n');
  expect(stderr.text).toBe('· following 1 log\n- a main has ended (exit code 3, Error)\n');
});
