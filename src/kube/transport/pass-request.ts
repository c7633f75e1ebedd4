import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import https from 'node:https';
import type { PassedAnswer, PassedRequest } from '../cluster.ts';
import type { TlsOptions } from './agent.ts';
import { limitDialing } from './exchange-limits.ts';
import { http } from './node-http.ts';
import type { RequestLog } from './request-log.ts';

/** An answer to a request for another protocol must begin within this time. */
const upgradeLimit = 45_000;

interface PassOptions {
  base: URL;
  path: string;
  headers: Record<string, string | string[]>;
  /** False: a connection of its own, with `tls`. */
  agent: Agent | false;
  tls?: TlsOptions;
  log?: RequestLog | undefined;
  fail(error: unknown): Promise<Error>;
}

/**
 * Sends one request as it is and hands on the answer undecoded; a 101 comes with the socket, on which
 * the first bytes of the new protocol wait to be read.
 */
export function passRequest(request: PassedRequest, options: PassOptions): Promise<PassedAnswer> {
  const { base, path, headers, agent, tls, log, fail } = options;
  const { method, signal, body } = request;
  const secure = base.protocol === 'https:';
  const url = `${base.origin}${path}`;
  log?.begin(method, url, headers, undefined);
  const started = performance.now();
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const message = (secure ? https : http).request({
      method,
      host: base.hostname.replace(/^\[|\]$/g, ''),
      port: base.port || (secure ? 443 : 80),
      path,
      headers,
      agent,
      ...tls,
    });
    limitDialing(message, secure);
    const isUpgrade = 'upgrade' in headers;
    const timer = isUpgrade ? setTimeout(() => message.destroy(timedOut()), upgradeLimit) : undefined;
    const abort = () => message.destroy(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    const tell = (answer: IncomingMessage) => {
      clearTimeout(timer);
      const status = `${answer.statusCode} ${answer.statusMessage}`;
      log?.end(method, url, status, answer.headers, performance.now() - started);
    };
    message.once('upgrade', (answer, socket, head) => {
      tell(answer);
      if (head.length > 0) socket.unshift(head);
      signal?.removeEventListener('abort', abort);
      signal?.addEventListener('abort', () => socket.destroy(), { once: true });
      resolve({ ...headOf(answer), socket, body: answer });
    });
    message.once('response', (answer) => {
      tell(answer);
      answer.on('error', () => undefined);
      answer.once('close', () => signal?.removeEventListener('abort', abort));
      resolve({ ...headOf(answer), socket: undefined, body: answer });
    });
    message.on('error', (error) => {
      clearTimeout(timer);
      if (signal?.aborted) reject(signal.reason);
      else fail(error).then(reject, reject);
    });
    sendBody(message, body);
  });
}

function headOf(answer: IncomingMessage) {
  return { status: answer.statusCode ?? 0, statusMessage: answer.statusMessage ?? '', rawHeaders: answer.rawHeaders };
}

function sendBody(message: ClientRequest, body: PassedRequest['body']): void {
  if (!body) {
    message.end();
    return;
  }
  body.once('error', (error) => message.destroy(error));
  body.pipe(message);
}

function timedOut(): Error {
  return Object.assign(new Error('i/o timeout'), { code: 'ETIMEDOUT' });
}
