import { PassThrough, Readable, Writable } from 'node:stream';
import { builtinResources, findBuiltin, findBuiltinKind, findBuiltinWord } from '../../src/api/resources.ts';
import { type ApiStatus, ApiStatusError } from '../../src/api/status.ts';
import { main } from '../../src/cli/main.ts';
import type { ApiRequest, ApiResponse, Cluster, Transport } from '../../src/kube/cluster.ts';
import { KctlError } from '../../src/lib/errors.ts';
import type { TerminalWritable } from '../../src/lib/io.ts';

type Answer = object | string | ((request: ApiRequest) => object | string);

/** What the fake server answers, by `METHOD /path`; everything else is not found. */
export type Routes = Record<string, Answer>;

export interface Ran {
  stdout: string;
  stderr: string;
  code: number;
  requests: ApiRequest[];
}

export interface RunOptions {
  stdin?: string;
  cwd?: string;
  env?: Record<string, string>;
  namespace?: string;
  /** What the program is called; default `kubectl`. */
  tool?: string;
  /** Clusters by context, in place of the one of `routes`. */
  contexts?: Record<string, Routes>;
  /** Both outputs are terminals. */
  terminal?: boolean;
  /** `Warning:` headers that come with the first answer. */
  warnings?: string[];
}

/** Runs one command line as a user would, against a server made of `routes`. */
export async function run(line: string[], routes: Routes = {}, options: RunOptions = {}): Promise<Ran> {
  const requests: ApiRequest[] = [];
  const [stdout, stderr] = [new Collector(), new Collector()];
  if (options.terminal) for (const stream of [stdout, stderr]) stream.isTTY = true;
  const io = {
    stdin: Readable.from(options.stdin ? [options.stdin] : []),
    stdout: stdout as TerminalWritable,
    stderr: stderr as TerminalWritable,
    env: options.env ?? {},
    cwd: options.cwd ?? import.meta.dirname,
  };
  const open = async ({ globals }: { globals: Record<string, unknown> }) => {
    const served = options.contexts ? options.contexts[String(globals.context)] : routes;
    if (!served) throw new KctlError('config', `context "${globals.context}" does not exist`);
    return fakeCluster(served, requests, String(globals.namespace || ''), options);
  };
  const code = await main(line, io, options.tool ?? 'kubectl', open);
  return { stdout: stdout.text, stderr: stderr.text, code, requests };
}

class Collector extends Writable {
  text = '';
  isTTY?: true;
  columns = 80;
  rows = 24;
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** A refusal, as a server words it. */
export function failure(code: number, reason: string, message: string, details?: ApiStatus['details']): ApiStatus {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, reason, message } as const;
  return details ? { ...status, details } : status;
}

function fakeCluster(routes: Routes, requests: ApiRequest[], namespace: string, options: RunOptions): Cluster {
  return {
    contextName: 'test',
    clusterName: 'test',
    userName: 'test',
    namespace: namespace || (options.namespace ?? 'default'),
    namespaceExplicit: namespace !== '',
    transport: fakeTransport(routes, requests, options.warnings ?? []),
    discovery: {
      resources: async () => builtinResources,
      failures: () => [],
      async resolve(argument) {
        const found = findBuiltinWord(argument) ?? findBuiltin(argument.replace(/^(\w+)\.v\w+\./, '$1.'));
        if (!found) throw new KctlError('usage', `the server doesn't have a resource type "${argument}"`);
        return found;
      },
      async expandCategory(name) {
        const members = builtinResources.filter(({ categories }) => categories.includes(name));
        return members.length > 0 ? members : undefined;
      },
      async resolveKind(apiVersion, kind) {
        const found = findBuiltinKind(apiVersion, kind);
        if (!found) throw new KctlError('input', `no matches for kind "${kind}" in version "${apiVersion}"`);
        return found;
      },
    },
  };
}

function fakeTransport(routes: Routes, requests: ApiRequest[], warnings: string[]): Transport {
  let warn: ((text: string) => void) | undefined;
  const answer = (request: ApiRequest): object | string => {
    requests.push(request);
    for (const text of warnings.splice(0)) warn?.(text);
    const found = routes[`${request.method} ${request.path}`];
    const value = typeof found === 'function' ? found(request) : found;
    if (value === undefined) return failure(404, 'NotFound', 'the server could not find the requested resource');
    return value;
  };
  const send = async (request: ApiRequest): Promise<ApiResponse> => {
    const value = answer(request);
    const status =
      typeof value === 'object' && (value as ApiStatus).status === 'Failure' ? (value as ApiStatus).code! : 200;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const body = new PassThrough();
    body.end(text);
    return { status, headers: {}, body, text: async () => text };
  };
  return {
    server: 'https://fake',
    send,
    async json<T>(request: ApiRequest): Promise<T> {
      const value = answer(request);
      if (typeof value === 'object' && (value as ApiStatus).status === 'Failure') {
        throw new ApiStatusError(value as ApiStatus);
      }
      return structuredClone(value) as T;
    },
    openChannels: () => Promise.reject(new Error('not part of the fake')),
    openTunnel: () => Promise.reject(new Error('not part of the fake')),
    pass: () => Promise.reject(new Error('not part of the fake')),
    now: Date.now,
    onWarning(handler) {
      warn = handler;
    },
    close() {},
  };
}

/** A Table of two columns, as a server prints it. */
export function table(rows: { name: string; namespace?: string; labels?: Record<string, string>; age?: string }[]) {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: '7' },
    columnDefinitions: [
      { name: 'Name', type: 'string', format: 'name', priority: 0 },
      { name: 'Age', type: 'string', priority: 0 },
      { name: 'Node', type: 'string', priority: 1 },
    ],
    rows: rows.map(({ name, namespace = 'default', labels = {}, age = '5m' }) => ({
      cells: [name, age, 'node-1'],
      object: {
        kind: 'PartialObjectMetadata',
        apiVersion: 'meta.k8s.io/v1',
        metadata: { name, namespace, labels, uid: name, resourceVersion: '1' },
      },
    })),
  };
}
