import type { Agent, IncomingMessage } from 'node:http';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { KctlError } from '../../lib/errors.ts';

/** One request to a registry or to its token server. */
export interface RegistryRequest {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  signal?: AbortSignal | undefined;
}

export interface RegistryAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  /** What was asked in the end, after redirects. */
  url: URL;
  body: IncomingMessage;
}

export interface RegistryHttpOptions {
  /** Connections to a host: which proxy, whom to trust. Absent: Node's own agents. */
  agentFor?(url: URL): Promise<Agent | undefined>;
  /** `host` or `host:port` of registries that may be spoken to without TLS; this machine always may. */
  plainHosts?: readonly string[];
  /** For one exchange, body included (ms). */
  timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
const MOST_REDIRECTS = 5;
/** What a registry says of itself, or of who is asking. */
const PROBE_LIMIT = 1 << 16;

/**
 * HTTP to registries, which are no API servers: other hosts, other proxies, other credentials. Credentials stay with
 * the origin they were given for, whatever it redirects to, and nothing that began with TLS goes on without.
 */
export class RegistryHttp {
  readonly #options: RegistryHttpOptions;
  readonly #bases = new Map<string, Promise<URL>>();

  constructor(options: RegistryHttpOptions = {}) {
    this.#options = options;
  }

  /**
   * `https://host/`, or `http://host/` where TLS is not spoken there and may be done without.
   * @throws KctlError `connection`
   */
  base(host: string, signal?: AbortSignal): Promise<URL> {
    const known = this.#bases.get(host);
    if (known) return known;
    const found = this.#findBase(host, signal);
    this.#bases.set(host, found);
    found.catch(() => this.#bases.delete(host));
    return found;
  }

  async #findBase(host: string, signal: AbortSignal | undefined): Promise<URL> {
    const secure = new URL(`https://${host}/`);
    if (!isLoopback(secure) && !this.#options.plainHosts?.includes(host)) return secure;
    try {
      await this.exchange(new URL('/v2/', secure), { signal, limit: PROBE_LIMIT });
      return secure;
    } catch (error) {
      if (!isNoTls((error as KctlError).cause)) throw error;
      return new URL(`http://${host}/`);
    }
  }

  /** The answer with its body unread, after redirects of what only reads. @throws KctlError `connection` */
  async send(url: URL, request: RegistryRequest = {}): Promise<RegistryAnswer> {
    const { method = 'GET' } = request;
    let { headers = {} } = request;
    let at = url;
    for (let count = 0; ; count++) {
      const answer = await this.#once(at, { ...request, headers });
      const { location } = answer.headers;
      const isRedirect = [301, 302, 303, 307, 308].includes(answer.status) && location !== undefined;
      if (!isRedirect || (method !== 'GET' && method !== 'HEAD')) return answer;
      answer.body.destroy();
      if (count === MOST_REDIRECTS) throw new KctlError('connection', `${url.host} redirects again and again`);
      const next = new URL(location, at);
      if (at.protocol === 'https:' && next.protocol !== 'https:') {
        throw new KctlError('connection', `${url.host} redirects to ${next.host} without TLS`);
      }
      if (next.origin !== at.origin) headers = withoutCredentials(headers);
      at = next;
    }
  }

  /** The whole answer. @throws KctlError `connection`, also where the body is longer than `limit` bytes */
  async exchange(
    url: URL,
    request: RegistryRequest & { limit: number },
  ): Promise<Omit<RegistryAnswer, 'body'> & { body: Buffer }> {
    const timeout = AbortSignal.timeout(this.#options.timeoutMs ?? TIMEOUT_MS);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    try {
      const { body, ...answer } = await this.send(url, { ...request, signal });
      const pieces: Buffer[] = [];
      let length = 0;
      for await (const piece of body as AsyncIterable<Buffer>) {
        length += piece.length;
        if (length > request.limit) {
          throw new KctlError(
            'connection',
            `${url.host} sends more than ${request.limit} bytes where few are expected`,
          );
        }
        pieces.push(piece);
      }
      return { ...answer, body: Buffer.concat(pieces) };
    } catch (error) {
      if (timeout.aborted && !request.signal?.aborted) {
        const seconds = (this.#options.timeoutMs ?? TIMEOUT_MS) / 1000;
        throw new KctlError('connection', `${url.host} does not answer within ${seconds} s`, { cause: error });
      }
      throw error instanceof KctlError ? error : failed(url, error);
    }
  }

  async #once(url: URL, { method = 'GET', headers = {}, body, signal }: RegistryRequest): Promise<RegistryAnswer> {
    const agent = await this.#options.agentFor?.(url);
    const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const options = {
        method,
        headers: { ...headers, ...length },
        ...(agent && { agent }),
        ...(signal && { signal }),
      };
      const sent = send(url, options, (answer) =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, url, body: answer }),
      );
      sent.on('error', (error) => reject(failed(url, error)));
      sent.end(body);
    });
  }
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'));
}

/** `localhost`, `127.0.0.0/8`, `::1` */
function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/** What OpenSSL says where the other side answers in plain HTTP. */
const noTlsCodes = new Set(['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']);

function isNoTls(error: unknown): boolean {
  return noTlsCodes.has((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'broke the connection off',
  EHOSTUNREACH: 'cannot be reached',
  ENETUNREACH: 'cannot be reached',
  ENOTFOUND: 'is a host that no name server knows',
  EAI_AGAIN: 'is a host that no name server knows now',
  ETIMEDOUT: 'does not answer',
};

function failed({ host }: URL, cause: unknown): KctlError {
  const error = cause as NodeJS.ErrnoException;
  // A host of several addresses fails with one error for each.
  const code = error.code ?? (error as { errors?: NodeJS.ErrnoException[] }).errors?.[0]?.code ?? '';
  return new KctlError('connection', `${host} ${reasons[code] ?? `cannot be reached: ${error.message}`}`, { cause });
}
