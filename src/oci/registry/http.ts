import type { Agent, IncomingMessage } from 'node:http';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import type { SecureContext } from 'node:tls';
import { KctlError } from '../../lib/errors.ts';
import { kctlVersion } from '../../lib/version.ts';
import { connectionFailure } from './connection-failure.ts';

/** A body that is read while it is sent; `open` is asked again where the request is made again. */
interface BodySource {
  /** Bytes. */
  length: number;
  open(): Readable;
}

/** One request to a registry or to its token server. */
export interface RegistryRequest {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array | BodySource;
  signal?: AbortSignal | undefined;
}

export interface RegistryAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  /** What was asked in the end, after redirects. */
  url: URL;
  body: IncomingMessage;
}

export type WholeAnswer = Omit<RegistryAnswer, 'body'> & { body: Buffer };

/** What TLS connections to a host need beside its agent. */
interface HostTls {
  secureContext?: SecureContext;
  rejectUnauthorized?: boolean;
}

export interface RegistryHttpOptions {
  /** Connections to a host: which proxy, whom to trust. Absent: Node's own agents. */
  agentFor?(url: URL): Promise<Agent | undefined>;
  /** What `agentFor`'s connections through a proxy have to know of the host. */
  tlsFor?(url: URL): HostTls;
  /** `host` or `host:port` of registries that may be spoken to without TLS; this machine always may. */
  plainHosts?: readonly string[];
  /** The same, asked host by host. */
  mayBePlain?(host: string): boolean;
  /** Those that are not asked for TLS at all. */
  onlyPlainHosts?: readonly string[];
  /** For one exchange, body included (ms). */
  timeoutMs?: number;
  /** How long nothing may move on a connection whose body is streamed (ms). */
  idleMs?: number;
}

const TIMEOUT_MS = 10_000;
const IDLE_MS = 60_000;
const MOST_REDIRECTS = 5;
/** Registries count and limit by it, and some refuse who says nothing. */
const USER_AGENT = `kctl/${kctlVersion} (${process.platform}; ${process.arch})`;
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
    const plain = new URL(`http://${host}/`);
    if (this.#options.onlyPlainHosts?.includes(host)) return plain;
    const secure = new URL(`https://${host}/`);
    const isNear = isLoopback(secure);
    const mayBePlain = this.#options.plainHosts?.includes(host) || this.#options.mayBePlain?.(host);
    if (!isNear && !mayBePlain) return secure;
    // What stays on this machine needs no TLS: it is asked without first, which spares reading all authorities.
    if (isNear) return (await this.#speaksPlain(plain, signal)) ? plain : secure;
    try {
      await this.exchange(new URL('/v2/', secure), { signal, limit: PROBE_LIMIT });
      return secure;
    } catch (error) {
      if (!isNoTls((error as KctlError).cause)) throw error;
      return plain;
    }
  }

  /** False where TLS is spoken: such servers answer 400 to who does not, or nothing. @throws KctlError `connection` */
  async #speaksPlain(plain: URL, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      const { status } = await this.exchange(new URL('/v2/', plain), { signal, limit: PROBE_LIMIT });
      return status !== 400;
    } catch (error) {
      if (wantsTls(error as KctlError)) return false;
      throw error;
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
      const next = URL.canParse(location, at) ? new URL(location, at) : undefined;
      if (!next || !/^https?:$/.test(next.protocol)) {
        throw new KctlError('connection', `${at.host} redirects to what is no address`);
      }
      if (at.protocol === 'https:' && next.protocol !== 'https:') {
        throw new KctlError('connection', `${url.host} redirects to ${next.host} without TLS`);
      }
      if (next.origin !== at.origin) headers = withoutCredentials(headers);
      at = next;
    }
  }

  /** The whole answer. @throws KctlError `connection`, also where the body is longer than `limit` bytes */
  async exchange(url: URL, request: RegistryRequest & { limit: number }): Promise<WholeAnswer> {
    const timeout = AbortSignal.timeout(this.#options.timeoutMs ?? TIMEOUT_MS);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    try {
      const { body, ...answer } = await this.send(url, { ...request, signal });
      return { ...answer, body: await wholeBody(body, url, request.limit) };
    } catch (error) {
      if (timeout.aborted && !request.signal?.aborted) {
        const seconds = (this.#options.timeoutMs ?? TIMEOUT_MS) / 1000;
        throw new KctlError('connection', `${url.host} does not answer within ${seconds} s`, { cause: error });
      }
      throw error instanceof KctlError ? error : connectionFailure(url, error);
    }
  }

  async #once(url: URL, request: RegistryRequest): Promise<RegistryAnswer> {
    const agent = await this.#options.agentFor?.(url);
    request.signal?.throwIfAborted();
    const { method = 'GET', headers = {}, body, signal } = request;
    const isSecure = url.protocol === 'https:';
    const send = isSecure ? tlsRequest : plainRequest;
    const idleMs = this.#options.idleMs ?? IDLE_MS;
    return new Promise((resolve, reject) => {
      const options = {
        ...(isSecure && this.#options.tlsFor?.(url)),
        method,
        headers: { 'user-agent': USER_AGENT, ...headers, ...lengthOf(body, method) },
        ...(agent && { agent }),
        ...(signal && { signal }),
      };
      const source = isSource(body) ? body.open() : undefined;
      const sent = send(url, options, (answer) => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, url, body: answer });
        if (!source || source.readableEnded) return;
        // Who answers before it has read all does not want the rest; the answer itself is still read.
        source.unpipe(sent);
        source.destroy();
        answer.once('close', () => sent.destroy());
      });
      sent.setTimeout(idleMs, () => {
        const silent = Object.assign(new Error(`nothing came for ${idleMs / 1000} s`), { code: 'ETIMEDOUT' });
        sent.destroy(silent);
      });
      sent.on('error', (error) => reject(connectionFailure(url, error)));
      if (!source) {
        sent.end(body as string | Uint8Array | undefined);
        return;
      }
      source.once('error', (error) => sent.destroy(error));
      sent.once('close', () => source.destroy());
      source.pipe(sent);
    });
  }
}

const isSource = (body: RegistryRequest['body']): body is BodySource => typeof body === 'object' && 'open' in body;

function lengthOf(body: RegistryRequest['body'], method: string): Record<string, string> {
  if (isSource(body)) return { 'content-length': String(body.length) };
  if (body !== undefined) return { 'content-length': String(Buffer.byteLength(body)) };
  // Without it Node would send an empty body in chunks, which some registries refuse.
  return method === 'GET' || method === 'HEAD' ? {} : { 'content-length': '0' };
}

/** @throws KctlError `connection` beyond `limit` bytes; errors of the stream */
export async function wholeBody(body: IncomingMessage, { host }: URL, limit: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > limit) {
      throw new KctlError('connection', `${host} sends more than ${limit} bytes where few are expected`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'));
}

/** `localhost`, `127.0.0.0/8`, `::1` */
function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/** The other side broke off, or answered what is no HTTP. */
function wantsTls({ cause }: KctlError): boolean {
  const { code = '', message = '' } = (cause ?? {}) as NodeJS.ErrnoException;
  return code.startsWith('HPE_') || ['ECONNRESET', 'EPIPE'].includes(code) || message === 'socket hang up';
}

/** What OpenSSL says where the other side answers in plain HTTP. */
const noTlsCodes = new Set(['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']);

function isNoTls(error: unknown): boolean {
  return noTlsCodes.has((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}
