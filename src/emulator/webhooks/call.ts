import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Machine } from '../registry/machine.ts';
import { readAnswer, type WebhookAnswer } from './answer.ts';
import { connectionFailure, WebhookCallError } from './failures.ts';
import { type Destination, resolveService, type ServiceReference } from './service.ts';

/** admissionregistration.k8s.io/v1 and apiextensions.k8s.io/v1 WebhookClientConfig. */
export interface WebhookClientConfig {
  url?: string;
  service?: ServiceReference;
  /** PEM in base64; without it the system's authorities are trusted. */
  caBundle?: string;
}

interface WebhookCall {
  machine: Machine;
  clientConfig: WebhookClientConfig;
  /** Sent as JSON: an AdmissionReview, a ConversionReview. */
  body: unknown;
  timeoutMs: number;
}

const MAX_ANSWER = 32 * 1024 * 1024;
const MAX_AGENTS = 64;
const MAX_REDIRECTS = 10;
const TOO_LARGE = 'http: response body too large';

/** One per webhook, so that calls share connections; idle ones do not hold the process. */
const agents = new Map<string, Agent>();

function agentFor({ url, service, caBundle }: WebhookClientConfig): Agent {
  const key = JSON.stringify([url, service?.namespace, service?.name, service?.port, caBundle]);
  let agent = agents.get(key);
  if (agent) return agent;
  if (agents.size >= MAX_AGENTS) {
    const [oldest, idle] = agents.entries().next().value!;
    idle.destroy();
    agents.delete(oldest);
  }
  agent = new Agent({
    keepAlive: true,
    timeout: 90_000,
    ...(caBundle ? { ca: Buffer.from(caBundle, 'base64').toString() } : {}),
  });
  agents.set(key, agent);
  return agent;
}

/** What a call goes to. */
interface Target extends Partial<Destination> {
  /** The whole address, as messages show it. */
  url: string;
  /** The `Host` header: with the port, where the address names it. */
  authority: string;
  /** Whom the certificate has to be for. */
  serverName: string;
  path: string;
}

/**
 * Posts a review to a webhook and returns the JSON (or YAML) it answers. Redirects are followed as Go's
 * client follows them (RFC 9110, 15.4): 307 and 308 with the review, the others as a GET.
 * @throws WebhookCallError in the words of client-go: `Post "https://...": dial tcp ...: connect: connection refused`
 */
export async function callWebhook(call: WebhookCall): Promise<unknown> {
  const { service } = call.clientConfig;
  const signal = AbortSignal.timeout(call.timeoutMs);
  const sent: Sent = { method: 'POST', text: JSON.stringify(call.body), signal };
  let target = targetOf(call);
  const failed = (why: string) => {
    const method = sent.method === 'POST' ? 'Post' : 'Get';
    return new WebhookCallError(`${method} ${JSON.stringify(target.url)}: ${why}`);
  };
  try {
    if (service) Object.assign(target, resolveService(call.machine, service));
  } catch (error) {
    throw failed((error as Error).message);
  }
  for (let redirects = 0; ; redirects++) {
    let answer: WebhookAnswer;
    try {
      answer = await send(call.clientConfig, sent, target);
    } catch (error) {
      if ((error as Error).name === 'TimeoutError') throw failed('context deadline exceeded');
      throw failed(connectionFailure(error, target.shown, target.serverName));
    }
    const keepsMethod = REDIRECTS[answer.status];
    if (keepsMethod === undefined) return readAnswer(answer);
    if (!answer.location) throw failed(`${answer.status} response missing Location header`);
    const next = redirected(target, answer.location);
    if (typeof next === 'string') throw failed(next);
    target = next;
    if (!keepsMethod) Object.assign(sent, { method: 'GET', text: '' });
    if (redirects + 1 >= MAX_REDIRECTS) throw failed(`stopped after ${MAX_REDIRECTS} redirects`);
  }
}

/** By status: whether the next request is like the first (net/http, redirectBehavior). */
const REDIRECTS: Readonly<Record<number, boolean>> = { 301: false, 302: false, 303: false, 307: true, 308: true };

/** What is sent, to the first address and to those that it leads to. */
interface Sent {
  method: 'POST' | 'GET';
  text: string;
  signal: AbortSignal;
}

/** Where an answer leads to; the words for what is no address that may be asked. */
function redirected(from: Target, location: string): Target | string {
  if (!URL.canParse(location, from.url)) return `failed to parse Location header ${JSON.stringify(location)}`;
  const { protocol, href, host, hostname, port, pathname, search } = new URL(location, from.url);
  if (protocol !== 'https:') return `unsupported protocol scheme ${JSON.stringify(protocol.slice(0, -1))}`;
  if (host === from.authority) return { ...from, url: href, path: pathname + search };
  const serverName = hostname.replace(/^\[|\]$/g, '');
  return {
    url: href,
    authority: host,
    serverName,
    path: pathname + search,
    host: serverName,
    port: Number(port || 443),
  };
}

function targetOf({ clientConfig, timeoutMs }: WebhookCall): Target {
  const { service, url = '' } = clientConfig;
  const timeout = `timeout=${Math.ceil(timeoutMs / 1000)}s`;
  if (service) {
    const serverName = `${service.name}.${service.namespace}.svc`;
    const authority = `${serverName}:${service.port ?? 443}`;
    const path = `${service.path || '/'}?${timeout}`;
    return { url: `https://${authority}${path}`, authority, serverName, path };
  }
  const { origin, host, hostname, port, pathname, search } = new URL(url);
  const path = `${pathname}${search ? `${search}&` : '?'}${timeout}`;
  const serverName = hostname.replace(/^\[|\]$/g, '');
  return { url: origin + path, authority: host, serverName, path, host: serverName, port: Number(port || 443) };
}

function send(
  clientConfig: WebhookClientConfig,
  { method, text, signal }: Sent,
  { host, port, path, authority, serverName }: Target,
): Promise<WebhookAnswer> {
  return new Promise((resolve, reject) => {
    // The reason of the abort says that it was the time, not the socket.
    const fail = (error: unknown) => reject(signal.aborted ? signal.reason : error);
    const sent = request(
      {
        method,
        host,
        port,
        path,
        signal,
        agent: agentFor(clientConfig),
        ...(isIP(serverName) ? {} : { servername: serverName }),
        headers: {
          host: authority,
          'user-agent': 'kube-apiserver-admission',
          accept: 'application/json, */*',
          'accept-encoding': 'gzip',
          ...(method === 'POST'
            ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
            : {}),
        },
      },
      (response) => {
        const { statusCode = 0, headers } = response;
        const [type, location] = [headers['content-type'] ?? '', headers.location];
        collect(response).then((answer) => resolve({ status: statusCode, type, location, text: answer }), fail);
      },
    );
    sent.on('error', fail);
    sent.end(text);
  });
}

const unzipped = promisify(gunzip);

async function collect(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER) throw new Error(TOO_LARGE);
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (response.headers['content-encoding'] !== 'gzip') return body.toString();
  try {
    return (await unzipped(body, { maxOutputLength: MAX_ANSWER })).toString();
  } catch (error) {
    throw new Error((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? TOO_LARGE : 'gzip: invalid header');
  }
}
