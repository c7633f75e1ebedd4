import type { Agent, ClientRequest } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { KctlError } from '../../lib/errors.ts';
import type { Progress } from '../../lib/io.ts';
import type {
  ApiRequest,
  ApiResponse,
  ChannelSocket,
  PassedAnswer,
  PassedRequest,
  RequestObserver,
  SocketRequest,
  Transport,
} from '../cluster.ts';
import type { ClientCertificate, Credentials } from '../credentials/contract.ts';
import { createAgent, type TlsOptions, type TlsSettings, tlsOptions } from './agent.ts';
import type { ChannelRequest } from './channel-socket.ts';
import { type ConnectionFacts, connectionError } from './connection-error.ts';
import { guardExchange, limitDialing } from './exchange-limits.ts';
import { http } from './node-http.ts';
import { observeExchange } from './observe.ts';
import type { RequestLog } from './request-log.ts';
import { requestPath } from './request-path.ts';
import { apiResponse, decode, parseJson } from './response.ts';
import { ServerClock } from './server-clock.ts';
import { statusError } from './status-error.ts';
import { waitWords } from './wait-words.ts';
import { WarningHub } from './warnings.ts';

export interface TransportSettings {
  /** `https://host:6443/base` */
  server: string;
  credentials: Credentials;
  /** Absent for a server without TLS. */
  tls?: TlsSettings | undefined;
  proxy?: string | undefined;
  userAgent: string;
  /** Sent with every request: impersonation. */
  headers: Record<string, string | string[]>;
  compression: boolean;
  /** Milliseconds for one exchange; 0 is without limit. */
  timeout: number;
  log?: RequestLog | undefined;
  progress?: Progress | undefined;
}

interface Connection {
  agent: Agent;
  tls: TlsOptions | undefined;
  certificate: ClientCertificate | undefined;
}

/** client-go's limit for servers that answer `Retry-After`. */
const maxRetries = 10;

/** Go's client gives up after ten redirects, too. */
const maxRedirects = 10;

/** The one implementation of `Transport`: HTTP/1.1 over one keep-alive agent per client certificate. */
export class HttpTransport implements Transport {
  readonly server: string;
  readonly #settings: TransportSettings;
  readonly #base: URL;
  readonly #warnings = new WarningHub();
  readonly #clock = new ServerClock();
  #connection: Promise<Connection> | undefined;
  #observer: RequestObserver | undefined;

  constructor(settings: TransportSettings) {
    this.#settings = settings;
    this.#base = new URL(settings.server);
    this.server = settings.server;
  }

  async send(request: ApiRequest): Promise<ApiResponse> {
    let refreshed = false;
    let path = requestPath(this.#base, request);
    for (let attempt = 0, redirects = 0; ; ) {
      const response = await this.#exchangeRetrying(request, path);
      this.#warnings.take(response.headers.warning);
      if (response.status === 401 && !refreshed) {
        refreshed = true;
        if (await this.#settings.credentials.refresh()) {
          response.body.resume();
          continue;
        }
      }
      const wait = retryAfter(response);
      if (wait !== undefined && attempt < maxRetries) {
        attempt += 1;
        response.body.resume();
        await pause(wait, request.signal);
        continue;
      }
      const next = request.method === 'GET' ? this.#redirect(response, path) : undefined;
      if (next !== undefined && redirects < maxRedirects) {
        redirects += 1;
        response.body.resume();
        path = next;
        continue;
      }
      return response;
    }
  }

  async json<T>(request: ApiRequest): Promise<T> {
    const response = await this.send(request);
    const text = await response.text();
    if (response.status >= 300) throw statusError(response.status, text, request);
    return parseJson(text, response) as T;
  }

  async openChannels(request: SocketRequest): Promise<ChannelSocket> {
    const { openChannelSocket } = await import('./channel-socket.ts');
    return this.#openSocket(request, openChannelSocket);
  }

  async openTunnel(request: Omit<SocketRequest, 'protocols'> & { protocol: string }): Promise<Duplex> {
    const { upgradeToTunnel } = await import('../streams/tunnel-upgrade.ts');
    const waited = this.#settings.progress?.begin(() => waitWords(this.#base.host, { method: 'GET', ...request }));
    return upgradeToTunnel(this, request).finally(waited);
  }

  async pass(request: PassedRequest): Promise<PassedAnswer> {
    const answer = await this.#pass(request);
    // What has no body of its own can be asked again with fresh credentials.
    const again = answer.status === 401 && 'upgrade' in request.headers && request.body === undefined;
    if (!again || !(await this.#settings.credentials.refresh())) return answer;
    answer.body.resume();
    return this.#pass(request);
  }

  async #pass(request: PassedRequest): Promise<PassedAnswer> {
    const { passRequest } = await import('./pass-request.ts');
    const { agent, tls } = await this.#connect();
    const { Accept: _, 'Accept-Encoding': __, ...own } = await this.#headers({ method: 'GET', path: '' });
    const { host: ___, ...given } = request.headers;
    const ours = Object.entries(own).map(([name, value]) => [name.toLowerCase(), value]);
    return passRequest(request, {
      base: this.#base,
      path: request.wholePath ? request.path : requestPath(this.#base, request),
      headers: { ...Object.fromEntries(ours), ...given },
      // What leaves HTTP takes its connection with it. Through a proxy only the agent knows the way.
      agent: 'upgrade' in given && !this.#settings.proxy ? false : agent,
      ...(tls ? { tls } : {}),
      log: this.#settings.log,
      fail: (error) => this.#failure(error),
    });
  }

  now(): number {
    return this.#clock.now();
  }

  onWarning(handler: (text: string) => void): void {
    this.#warnings.onWarning(handler);
  }

  observe(observer: RequestObserver): void {
    this.#observer = observer;
  }

  close(): void {
    void this.#connection?.then(
      ({ agent }) => agent.destroy(),
      () => undefined,
    );
    this.#connection = undefined;
  }

  async #openSocket<T>(request: SocketRequest, open: (request: ChannelRequest) => Promise<T>): Promise<T> {
    const connect = async () => {
      const { agent, tls } = await this.#connect();
      return open({
        url: `${this.#base.protocol === 'https:' ? 'wss' : 'ws'}://${this.#base.host}${requestPath(this.#base, request)}`,
        protocols: request.protocols,
        headers: await this.#headers({ method: 'GET', path: request.path }),
        // A connection of its own: the agent's pool is for requests. Through a proxy only the agent knows the way.
        ...(this.#settings.proxy ? { agent } : {}),
        ...(tls ? { tls } : {}),
        ...(request.signal ? { signal: request.signal } : {}),
        fail: (error) => this.#failure(error),
        ...(this.#settings.log ? { log: this.#settings.log } : {}),
      });
    };
    const waited = this.#settings.progress?.begin(() => waitWords(this.#base.host, { method: 'GET', ...request }));
    try {
      return await connect();
    } catch (error) {
      const unauthorized = error instanceof KctlError && (error as { httpCode?: number }).httpCode === 401;
      if (unauthorized && (await this.#settings.credentials.refresh())) return connect();
      throw error;
    } finally {
      waited?.();
    }
  }

  /** A kept connection that the server has closed meanwhile says nothing about the server: ask again on a new one. */
  async #exchangeRetrying(request: ApiRequest, path: string): Promise<ApiResponse> {
    try {
      return await this.#exchange(request, path);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
      try {
        return await this.#exchange(request, path);
      } catch (again) {
        throw again instanceof StaleConnection ? connectionError(again.cause, this.server) : again;
      }
    }
  }

  async #exchange(request: ApiRequest, path: string): Promise<ApiResponse> {
    const { signal } = request;
    signal?.throwIfAborted();
    const { agent, tls } = await this.#connect();
    const headers = await this.#headers(request);
    const secure = this.#base.protocol === 'https:';
    const log = this.#settings.log;
    const url = `${this.#base.origin}${path}`;
    // Reading the clock loads node:perf_hooks.
    const started = log ? performance.now() : 0;
    log?.begin(
      request.method,
      url,
      headers,
      request.body === undefined ? undefined : Buffer.from(request.body as string).toString(),
    );

    const waits = () => this.#settings.progress?.begin(() => waitWords(this.#base.host, request));
    const waited = waits();
    const seen = this.#observer && observeExchange(this.#observer, request);
    return new Promise<ApiResponse>((resolve, reject) => {
      const message = (secure ? https : http).request({
        method: request.method,
        host: this.#base.hostname.replace(/^\[|\]$/g, ''),
        port: this.#base.port || (secure ? 443 : 80),
        path,
        headers,
        agent,
        // An own agent has these; a proxy's takes them from the request.
        ...(this.#settings.proxy ? tls : {}),
      });
      limitDialing(message, secure);
      const guard = guardExchange(message, signal, request.timeout ?? this.#settings.timeout);
      message.once('response', (answer) => {
        this.#clock.take(answer.headers.date);
        seen?.answered(answer);
        log?.end(
          request.method,
          url,
          `${answer.statusCode} ${answer.statusMessage}`,
          answer.headers,
          performance.now() - started,
        );
        decode(answer).then((body) => {
          guard.watch(body, answer);
          resolve(apiResponse(answer, body, log, waits));
        }, reject);
      });
      message.once('error', (error) => {
        guard.release();
        seen?.failed();
        if (signal?.aborted && error === signal.reason) reject(error);
        else if (isStale(message, error) && request.method === 'GET') reject(new StaleConnection(error));
        else this.#failure(error).then(reject, reject);
      });
      // Node writes text together with the headers, whose letters stand for bytes, in one encoding.
      message.end(typeof request.body === 'string' ? Buffer.from(request.body) : request.body);
    }).finally(waited);
  }

  async #failure(error: unknown): Promise<Error> {
    const code = (error as NodeJS.ErrnoException).code;
    const { proxy } = this.#settings;
    let facts: ConnectionFacts = proxy ? { proxy } : {};
    if ((code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') && !proxy) {
      const { certificateDates } = await import('./certificate-dates.ts');
      facts = await certificateDates(this.server, this.#settings.tls?.servername);
    }
    return connectionError(error, this.server, facts);
  }

  /** A plugin may hand out a new certificate: then a new agent takes over, and the old one ends with its requests. */
  async #connect(): Promise<Connection> {
    const certificate = this.#settings.tls ? await this.#settings.credentials.certificate() : undefined;
    const current = await this.#connection;
    if (current && current.certificate?.cert === certificate?.cert && current.certificate?.key === certificate?.key) {
      return current;
    }
    this.#connection = this.#open(certificate);
    this.#connection.catch(() => {
      this.#connection = undefined;
    });
    return this.#connection;
  }

  async #open(certificate: ClientCertificate | undefined): Promise<Connection> {
    const tls = this.#settings.tls ? tlsOptions(this.#settings.tls, certificate) : undefined;
    return { agent: await createAgent(tls, this.#settings.proxy), tls, certificate };
  }

  async #headers(request: ApiRequest): Promise<Record<string, string | string[]>> {
    const authorization = await this.#settings.credentials.authorization();
    const length = request.body === undefined ? undefined : Buffer.byteLength(request.body as string);
    return {
      Host: this.#base.host,
      Accept: request.accept ?? 'application/json',
      'User-Agent': this.#settings.userAgent,
      ...(this.#settings.compression ? { 'Accept-Encoding': 'gzip' } : {}),
      ...(request.body === undefined ? {} : { 'Content-Type': request.contentType ?? 'application/json' }),
      ...(length === undefined ? {} : { 'Content-Length': String(length) }),
      ...this.#settings.headers,
      ...(authorization ? { Authorization: authorization } : {}),
      ...request.headers,
    };
  }

  /** The path to follow for a redirect within the same server; credentials go nowhere else. */
  #redirect(response: ApiResponse, path: string): string | undefined {
    const location = response.headers.location;
    if (![301, 302, 303, 307, 308].includes(response.status) || typeof location !== 'string') return undefined;
    const url = URL.parse(location, `${this.#base.origin}${path}`);
    return url && url.origin === this.#base.origin ? `${url.pathname}${url.search}` : undefined;
  }
}

class StaleConnection extends Error {
  constructor(cause: unknown) {
    super('the kept connection was closed', { cause });
  }
}

function isStale(message: ClientRequest, error: NodeJS.ErrnoException): boolean {
  return message.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

/** Milliseconds that an overloaded server asks to wait; undefined when it asks for nothing. */
function retryAfter(response: ApiResponse): number | undefined {
  const header = response.headers['retry-after'];
  if (response.status !== 429 && response.status < 500) return undefined;
  return typeof header === 'string' && /^\d+$/.test(header) ? Number(header) * 1000 : undefined;
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
