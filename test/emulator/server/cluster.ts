import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import type { Emulator, EmulatorOptions } from '../../../src/emulator/emulator.ts';
import { startEmulator } from '../../../src/emulator/start.ts';

/** Whatever a body holds; tests say what they expect of it. */
export type Json = ReturnType<typeof JSON.parse>;

interface Answer {
  status: number;
  type: string;
  headers: Record<string, string | string[] | undefined>;
  bytes: Buffer;
  text: string;
  /** The body as JSON; undefined where it is not. */
  body: Json;
}

export interface TestCluster {
  emulator: Emulator;
  agent: Agent;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Opens a stream and returns its lines as they come. */
  lines(path: string, accept?: string): AsyncGenerator<Json>;
  stop(): Promise<void>;
}

interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** Without the admin's certificate. */
  anonymous?: boolean;
  /** Another certificate than the admin's. */
  certificate?: { cert: string; key: string };
}

/** A whole cluster in this process on a free port, with the admin's credentials. */
export async function testCluster(options: Partial<EmulatorOptions> = {}): Promise<TestCluster> {
  const emulator = await startEmulator({
    dataDir: ':memory:',
    port: 0,
    nodes: 1,
    seed: 'empty',
    name: 'test',
    ...options,
  });
  const config = parse(emulator.adminKubeconfig);
  const pem = (text: string) => Buffer.from(text, 'base64').toString();
  const ca = pem(config.clusters[0].cluster['certificate-authority-data']);
  const user = config.users[0].user;
  const agent = new Agent({
    keepAlive: true,
    ca,
    cert: pem(user['client-certificate-data']),
    key: pem(user['client-key-data']),
  });
  const open = (method: string, path: string, { body, headers, anonymous, certificate }: CallOptions) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
      const sent = request(
        emulator.url + path,
        {
          method,
          agent: anonymous || certificate ? new Agent({ ca, ...certificate }) : agent,
          headers: {
            accept: 'application/json',
            ...(text === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
            ...headers,
          },
        },
        resolve,
      );
      sent.on('error', reject);
      sent.end(text);
    });
  return {
    emulator,
    agent,
    async call(method, path, callOptions = {}) {
      const answer = await open(method, path, callOptions);
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      const sent = Buffer.concat(chunks);
      const bytes = answer.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
      const text = bytes.toString();
      const type = String(answer.headers['content-type'] ?? '');
      // The index of OpenAPI is JSON, and not called so.
      const isJson = type.startsWith('application/json') || path === '/openapi/v3';
      const body = isJson && text ? JSON.parse(text) : undefined;
      return { status: answer.statusCode ?? 0, type, headers: answer.headers, bytes, text, body };
    },
    async *lines(path, accept = 'application/json') {
      const answer = await open('GET', path, { headers: { accept } });
      let rest = '';
      for await (const chunk of answer) {
        const parts = (rest + chunk).split('\n');
        rest = parts.pop() ?? '';
        for (const part of parts) yield JSON.parse(part);
      }
    },
    async stop() {
      await emulator.stop();
      agent.destroy();
    },
  };
}

export const configMap = (name: string, more: Record<string, unknown> = {}, labels?: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...(labels ? { labels } : {}) },
  ...more,
});
