import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import type { Duplex } from 'node:stream';
import { finished } from 'node:stream/promises';
import WebSocket, { type ClientOptions } from 'ws';
import { parse } from 'yaml';
import type { KubeObject } from '../../../../src/api/meta.ts';
import { realClock } from '../../../../src/emulator/clocks.ts';
import type {
  AttachOptions,
  ExecOptions,
  ExecStreams,
  ExitState,
  NodeApi,
} from '../../../../src/emulator/kubelet/node-api.ts';
import { loadClusterKeys } from '../../../../src/emulator/pki/cluster-keys.ts';
import { adminKubeconfig } from '../../../../src/emulator/pki/kubeconfig.ts';
import { Catalog } from '../../../../src/emulator/registry/catalog.ts';
import type { AdmissionPlugin } from '../../../../src/emulator/registry/machine.ts';
import { close, listen } from '../../../../src/emulator/server/https-server.ts';
import { Store } from '../../../../src/emulator/storage/store.ts';
import { noFaults } from '../../faults/no-faults.ts';

/** A node whose commands are processes of this machine, so that pipes, exit codes and signals are real. */
export const processNode: NodeApi = {
  pulls: (node) => ({ node, now: '', pulls: [] }),
  disk: () => undefined,
  exec: (_namespace, _pod, options, streams, signal) => runProcess(options.command, streams, signal),
  attach: (_namespace, _pod, _options, streams, signal) => runProcess(['cat'], streams, signal),
  async connect() {
    throw new Error('nothing listens');
  },
  async logs() {
    return (async function* () {})();
  },
};

async function runProcess(
  [command = '', ...args]: readonly string[],
  { stdin, stdout, stderr }: ExecStreams,
  signal: AbortSignal,
): Promise<ExitState> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: '/usr/bin:/bin' } });
  const failure = once(child, 'error').then(([error]) => {
    throw error;
  });
  signal.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
  child.stdin.on('error', () => {});
  if (stdin) stdin.pipe(child.stdin);
  else child.stdin.end();
  const copied = [[child.stdout, stdout] as const, [child.stderr, stderr] as const].map(async ([from, to]) => {
    if (!to) {
      from.resume();
      return;
    }
    from.pipe(to);
    await finished(to).catch(() => {});
  });
  const ended = once(child, 'close').then(([code]) => ({ code: (code as number | null) ?? 137 }));
  const state = await Promise.race([ended, failure]);
  await Promise.all(copied);
  return state;
}

/** A call that reached the node, with its streams and how it is to end. */
export interface NodeCall {
  options: ExecOptions | AttachOptions;
  streams: ExecStreams;
  signal: AbortSignal;
  exit(code: number): void;
  fail(error: Error): void;
}

/** A node that hands every command to the test. */
export function heldNode(): { node: NodeApi; calls: NodeCall[] } {
  const calls: NodeCall[] = [];
  const hold = (
    _namespace: string,
    _pod: string,
    options: ExecOptions | AttachOptions,
    streams: ExecStreams,
    signal: AbortSignal,
  ): Promise<ExitState> =>
    new Promise((resolve, reject) => {
      calls.push({ options, streams, signal, exit: (code) => resolve({ code }), fail: reject });
    });
  return { node: { ...processNode, exec: hold, attach: hold }, calls };
}

export const runningPod = (name: string, containers: readonly string[] = ['app']): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: `uid-of-${name}` },
    spec: { nodeName: 'node-1', containers: containers.map((one) => ({ name: one, image: 'busybox' })) },
    status: {
      phase: 'Running',
      podIP: '10.244.0.5',
      podIPs: [{ ip: '10.244.0.5' }],
      containerStatuses: containers.map((one) => ({ name: one, state: { running: {} } })),
    },
  }) as unknown as KubeObject;

export interface FakeCluster {
  url: string;
  kubeconfig: string;
  store: Store;
  agent: Agent;
  adminToken: string;
  /** Opens a WebSocket with the admin's certificate; rejects with the refusal. */
  open(path: string, protocols: string[]): Promise<TestSocket>;
  /** Asks for an upgrade by hand. */
  upgrade(method: string, path: string, headers: Record<string, string>): Promise<Upgraded>;
  stop(): Promise<void>;
}

interface Upgraded {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  socket: Duplex | undefined;
}

/** An API server with a store and a node of the test's, and nothing else that runs. */
export async function fakeCluster(
  node: NodeApi,
  objects: Record<string, KubeObject[]> = {},
  admission: readonly AdmissionPlugin[] = [],
): Promise<FakeCluster> {
  const store = new Store(':memory:');
  const keys = await loadClusterKeys(':memory:', Date.now());
  for (const [resource, list] of Object.entries(objects)) for (const object of list) store.put(resource, object);
  const stopping = new AbortController();
  const { server, port } = await listen(
    {
      machine: { store, catalog: new Catalog(), clock: realClock(), random: Math.random, admission },
      keys,
      faults: noFaults(),
      nodeApi: () => node,
      images: () => undefined,
      ready: () => true,
      control: () => undefined,
      stopping: stopping.signal,
      report: () => {},
    } as Parameters<typeof listen>[0],
    0,
  );
  const url = `https://127.0.0.1:${port}`;
  const kubeconfig = adminKubeconfig('fake', url, keys);
  const user = parse(kubeconfig).users[0].user;
  const pem = (text: string) => Buffer.from(text, 'base64').toString();
  const tls = {
    ca: keys.ca.cert,
    cert: pem(user['client-certificate-data']),
    key: pem(user['client-key-data']),
  };
  const agent = new Agent(tls);
  return {
    url,
    kubeconfig,
    store,
    agent,
    adminToken: keys.adminToken,
    open: (path, protocols) => openSocket(url.replace('https', 'wss') + path, protocols, tls),
    upgrade: (method, path, headers) =>
      new Promise((resolve, reject) => {
        const asked = request(url + path, { method, headers, agent });
        asked.on('error', reject);
        asked.on('upgrade', (answer, socket, head) => {
          if (head.length > 0) socket.unshift(head);
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: '', socket });
        });
        asked.on('response', async (answer) => {
          let text = '';
          for await (const chunk of answer) text += chunk;
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, socket: undefined });
        });
        asked.end();
      }),
    async stop() {
      stopping.abort();
      await close(server);
      agent.destroy();
      store.close();
    },
  };
}

/** A WebSocket that keeps what comes. */
class TestSocket {
  readonly socket: WebSocket;
  readonly messages: Buffer[] = [];
  closed: number | undefined;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => this.messages.push(data));
    socket.on('close', (code) => {
      this.closed = code;
    });
    socket.on('error', () => {});
  }

  send(channel: number, data: string | Buffer = ''): void {
    this.socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(data)]));
  }

  bytes(channel: number): Buffer {
    return Buffer.concat(this.messages.filter(([first]) => first === channel).map((one) => one.subarray(1)));
  }

  text(channel: number): string {
    return this.bytes(channel).toString();
  }
}

function openSocket(url: string, protocols: string[], tls: ClientOptions): Promise<TestSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocols, tls);
    const kept = new TestSocket(socket);
    socket.on('open', () => resolve(kept));
    socket.on('unexpected-response', async (_request, answer) => {
      let text = '';
      for await (const chunk of answer) text += chunk;
      reject(Object.assign(new Error(`${answer.statusCode} ${text}`), { status: answer.statusCode, text }));
    });
    socket.on('error', reject);
  });
}
