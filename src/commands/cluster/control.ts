import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { ComponentList } from '../../api/control/components.ts';
import type { FaultsListed } from '../../api/control/faults.ts';
import type { NodeSummary } from '../../api/control/nodes.ts';
import { type ApiStatus, ApiStatusError } from '../../api/status.ts';
import { KctlError } from '../../lib/errors.ts';
import { isLocked } from '../shared/process-lock.ts';
import { type ClusterFiles, type ClusterRecord, readRecord } from './cluster-files.ts';
import { noSuch, requireCluster } from './which-cluster.ts';

const ROOT = '/kctl/v1/';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Steers one running bundled cluster, as its administrator. */
export interface ClusterControl {
  /**
   * One call of `/kctl/v1/<path>`; JSON in, JSON out.
   * @param path below `/kctl/v1/`, already encoded; it may have a query
   * @throws ApiStatusError what the cluster refuses; KctlError `usage` where the command line is wrong, `connection` when it ends meanwhile, `conflict`
   *   when it runs an older kctl that does not know the path
   */
  call<T>(method: Method, path: string, body?: unknown): Promise<T>;
}

/**
 * The running cluster that `files` belong to.
 * @throws KctlError `usage` when there is no such cluster, `conflict` when it does not run
 */
export async function clusterControl(
  files: ClusterFiles,
  context: { io: { env: Record<string, string | undefined> }; tool: string; signal: AbortSignal },
): Promise<ClusterControl> {
  requireCluster(files, context.io.env, context.tool);
  const record = readRecord(files);
  if (!record || !(await isLocked(files.lock))) {
    throw new KctlError('conflict', `cluster "${files.name}" is not running`, {
      hint: `start it with: ${context.tool} cluster start --name ${files.name}`,
    });
  }
  const tls = credentials(files);
  const control: ClusterControl = {
    async call<T>(method: Method, path: string, body?: unknown): Promise<T> {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const answer = await send(`${record.url}${ROOT}${path}`, { method, tls, text, signal: context.signal }).catch(
        (cause: Error) => {
          if (context.signal.aborted) throw cause;
          throw new KctlError('connection', `cluster "${files.name}" does not answer: ${cause.message}`, { cause });
        },
      );
      const value = result<T>(answer, { files, record, tool: context.tool });
      if (!(value instanceof ApiStatusError)) return value;
      throw await inUsersWords(value, (known) => control.call('GET', known));
    },
  };
  return control;
}

interface Credentials {
  ca: string;
  cert: string;
  key: string;
}

/** Of the kubeconfig that kctl itself wrote: its administrator's, whatever else somebody has put into it. */
function credentials(files: ClusterFiles): Credentials {
  const text = readFileSync(files.kubeconfig, 'utf8');
  const pem = (field: string): string => {
    const data = new RegExp(`${field}: *(\\S+)`).exec(text)?.[1];
    if (data) return Buffer.from(data, 'base64').toString();
    throw new KctlError('config', `${files.kubeconfig} has no ${field}`, {
      hint: 'stop and start the cluster: it writes the file anew',
    });
  };
  return {
    ca: pem('certificate-authority-data'),
    cert: pem('client-certificate-data'),
    key: pem('client-key-data'),
  };
}

interface Answer {
  code: number;
  text: string;
}

function send(
  url: string,
  call: { method: string; tls: Credentials; text: string | undefined; signal: AbortSignal },
): Promise<Answer> {
  const headers = call.text === undefined ? {} : { 'Content-Type': 'application/json' };
  return new Promise((resolve, reject) => {
    const { method, tls, signal } = call;
    const sent = request(url, { method, ...tls, headers, signal, agent: false }, (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(call.text);
  });
}

/** What was asked for, or the refusal. @throws KctlError */
function result<T>(
  answer: Answer,
  about: { files: ClusterFiles; record: ClusterRecord; tool: string },
): T | ApiStatusError {
  const { files, record, tool } = about;
  const value = json(answer.text);
  if (answer.code < 400 && value !== undefined) return value as T;
  const status = value as ApiStatus | undefined;
  // A version that does not know the path at all says so in plain words, or has no such resource.
  if (status?.kind === 'Status' && !(answer.code === 404 && !status.details?.kind)) return new ApiStatusError(status);
  if (answer.code === 404) {
    throw new KctlError('conflict', `cluster "${files.name}" runs kctl ${record.version}, which cannot do this`, {
      hint: `start it anew with this kctl: ${tool} cluster stop --name ${files.name} && ${tool} cluster start --name ${files.name}`,
    });
  }
  throw new KctlError('internal', `cluster "${files.name}" answered ${answer.code}: ${answer.text.slice(0, 200)}`);
}

/** What can be named, by the kind that an answer 404 tells of: where the names are, and what they are called. */
const nameables: Readonly<Record<string, { what: string; path: string; names: (answer: never) => string[] }>> = {
  nodes: {
    what: 'node',
    path: 'nodes',
    names: ({ nodes }: { nodes: NodeSummary[] }) => nodes.map(({ name }) => name),
  },
  components: {
    what: 'component',
    path: 'components',
    names: ({ groups, components }: ComponentList) => [...groups, ...components].map(({ name }) => name),
  },
  faults: {
    what: 'fault',
    path: 'faults',
    names: ({ faults }: FaultsListed) => faults.map(({ id }) => id),
  },
};

/** What is wrong with the command line is told like what this program finds by itself, and what would be right. */
async function inUsersWords(refused: ApiStatusError, ask: (path: string) => Promise<unknown>): Promise<Error> {
  const { kind = '', name } = refused.status.details ?? {};
  const nameable = refused.reason === 'NotFound' ? nameables[kind] : undefined;
  if (nameable && name !== undefined) {
    const known = await ask(nameable.path).catch(() => undefined);
    if (known !== undefined) return noSuch(nameable.what, name, nameable.names(known as never));
  }
  if (refused.reason === 'BadRequest') return new KctlError('usage', refused.message, { cause: refused });
  if (kind === 'clock') return new KctlError('conflict', refused.message, { cause: refused });
  return refused;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
