import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import { isDeeperThan } from '../../lib/json-depth.ts';
import type { Machine } from '../registry/machine.ts';
import { answerFailure, connectionFailure, WebhookCallError } from './failures.ts';
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
/** As deep as objects of requests may be. */
export const MAX_DEPTH = 1000;
const MAX_AGENTS = 64;

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
 * Posts a review to a webhook and returns the JSON it answers.
 * @throws WebhookCallError in the words of client-go: `Post "https://...": dial tcp ...: connect: connection refused`
 */
export async function callWebhook(call: WebhookCall): Promise<unknown> {
  const { service } = call.clientConfig;
  const target = targetOf(call);
  const failed = (why: string) => new WebhookCallError(`Post ${JSON.stringify(target.url)}: ${why}`);
  try {
    if (service) Object.assign(target, resolveService(call.machine, service));
  } catch (error) {
    throw failed((error as Error).message);
  }
  let answer: { status: number; text: string };
  try {
    answer = await post(call, target);
  } catch (error) {
    if ((error as Error).name === 'TimeoutError') throw failed('context deadline exceeded');
    throw failed(connectionFailure(error, target.shown, target.serverName));
  }
  return readAnswer(answer.status, answer.text);
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

function post(
  { clientConfig, body, timeoutMs }: WebhookCall,
  { host, port, path, authority, serverName }: Target,
): Promise<{ status: number; text: string }> {
  const text = JSON.stringify(body);
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    // The reason of the abort says that it was the time, not the socket.
    const fail = (error: unknown) => reject(signal.aborted ? signal.reason : error);
    const sent = request(
      {
        method: 'POST',
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
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        },
      },
      (response) => {
        collect(response).then((answer) => resolve({ status: response.statusCode ?? 0, text: answer }), fail);
      },
    );
    sent.on('error', fail);
    sent.end(text);
  });
}

async function collect(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER) throw new Error('http: response body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** @throws WebhookCallError for what is no good answer */
function readAnswer(status: number, text: string): unknown {
  if (status < 200 || status > 206) {
    throw new WebhookCallError(statusMessage(text) ?? answerFailure(status, text.trim() || 'unknown'));
  }
  if (isDeeperThan(text, MAX_DEPTH)) {
    throw new WebhookCallError("couldn't get version/kind; json parse error: exceeded max depth");
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new WebhookCallError(`couldn't get version/kind; json parse error: ${jsonFault(text)}`);
  }
}

/** A server that fails with a Status of its own speaks for itself. */
function statusMessage(text: string): string | undefined {
  try {
    const body = JSON.parse(text) as { kind?: string; status?: string; message?: string };
    return body.kind === 'Status' && body.status !== 'Success' ? body.message : undefined;
  } catch {
    return undefined;
  }
}

/** As encoding/json says it, of the first character that cannot be. */
export function jsonFault(text: string): string {
  const first = text.trimStart()[0];
  if (first === undefined) return 'unexpected end of JSON input';
  return /[[{"\d\-tfn]/.test(first)
    ? 'unexpected end of JSON input'
    : `invalid character '${first}' looking for beginning of value`;
}
