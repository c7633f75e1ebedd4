import { KctlError } from '../../lib/errors.ts';
import { type Authorization, authorize } from './authorize.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { isRefused, mayPass } from './connection-failure.ts';
import type { RegistryCredentials } from './credentials.ts';
import { type RegistryAnswer, type RegistryHttp, type RegistryRequest, type WholeAnswer, wholeBody } from './http.ts';
import type { Mirror } from './mirrors/route.ts';
import { isForNow } from './refusal.ts';
import { isPassing, nextTry, once, type RetryPolicy, retryAfter } from './retry.ts';

export interface SessionOptions {
  http: RegistryHttp;
  /** As image names have it: `docker.io`, `localhost:5000`. */
  registry: string;
  repository: string;
  /** A mirror: what stands in the place of `https://<registry>/v2/`. */
  mirror?: Mirror | undefined;
  /** Who is asking; a function is asked only where the registry wants to know. */
  credentials?: RegistryCredentials | (() => Promise<RegistryCredentials | undefined>) | undefined;
  /** What tokens are asked for. */
  actions?: 'pull' | 'pull,push';
  /** Repositories of the same registry that blobs are mounted from. */
  alsoPull?: readonly string[];
  retry?: RetryPolicy;
  signal?: AbortSignal | undefined;
  /** Told before a wait for another try. */
  onRetry?: (error: KctlError | number) => void;
}

/** What an answer says beside its body is short. */
const TALK_LIMIT = 1 << 16;
/** A token that ends so soon may end on the way (ms). */
const SOON_MS = 10_000;

/** Requests to one repository of one registry (or of a mirror of it) for one user: authorised, and tried again where that helps. */
export class RegistrySession {
  readonly options: SessionOptions;
  readonly #retry: RetryPolicy;
  #authorization: Authorization | undefined;
  /** What the last authorization was asked for with. */
  #challenges: readonly Challenge[] = [];
  /** Requests in parallel share one token. */
  #authorizing: Promise<Authorization> | undefined;
  #hasAnswered = false;

  constructor(options: SessionOptions) {
    this.options = options;
    this.#retry = options.retry ?? once;
  }

  /** Who is asked, for messages. */
  get name(): string {
    return this.options.mirror?.address.host ?? this.options.registry;
  }

  /** The address of something in the repository: `manifests/latest`. */
  async address(path: string): Promise<URL> {
    const { http, registry, repository, mirror, signal } = this.options;
    if (!mirror) return new URL(`v2/${repository}/${path}`, await http.base(hostOf(registry), signal));
    // A path that has the protocol's version in it says all (containerd's `override_path`).
    const folder = mirror.address.pathname.replace(/\/*$/, '/');
    const root = mirror.isWhole || /\/v2\//.test(folder) ? folder : `${folder}v2/`;
    const host = mirror.isHostOnly ? await http.base(mirror.address.host, signal) : mirror.address;
    const address = new URL(`${root}${repository}/${path}`, host);
    // Mirrors of several registries ask for whom they stand (containerd, docs/hosts.md).
    address.searchParams.set('ns', registry);
    return address;
  }

  /** The whole answer, whatever its status. @throws KctlError `auth`, `connection` */
  exchange(path: string | URL, request: RegistryRequest & { limit: number }): Promise<WholeAnswer> {
    return this.#again(async (headers) => {
      const url = typeof path === 'string' ? await this.address(path) : path;
      const { http, signal } = this.options;
      return http.exchange(url, { signal, ...request, headers: { ...request.headers, ...headers(url) } });
    });
  }

  /** The answer with its body unread. @throws KctlError `auth`, `connection` */
  send(path: string | URL, request: RegistryRequest): Promise<RegistryAnswer> {
    return this.#again(async (headers) => {
      const url = typeof path === 'string' ? await this.address(path) : path;
      const { http, signal } = this.options;
      return http.send(url, { signal, ...request, headers: { ...request.headers, ...headers(url) } });
    });
  }

  /** One try with the body unread, authorised, for who goes on by itself where it breaks off. */
  async sendOnce(path: string | URL, request: RegistryRequest): Promise<RegistryAnswer> {
    const { http, signal } = this.options;
    const url = typeof path === 'string' ? await this.address(path) : path;
    return this.#authorized((headers) =>
      http.send(url, { signal, ...request, headers: { ...request.headers, ...headers(url) } }),
    );
  }

  /** True where a failure may pass: then it was waited before another try. @param failed tries without progress */
  async mayGoOn(failed: number, error: unknown): Promise<boolean> {
    const { signal } = this.options;
    if (signal?.aborted || !(error instanceof KctlError)) return false;
    if (!mayPass(error) && !(isRefused(error) && this.#hasAnswered) && !isForNow(error)) return false;
    if (failed < this.#retry.tries) this.options.onRetry?.(error);
    return nextTry(this.#retry, failed, isForNow(error) ? error.after : undefined, signal);
  }

  async #again<Answer extends { status: number; headers: RegistryAnswer['headers']; body: unknown }>(
    ask: (headers: (url: URL) => Record<string, string>) => Promise<Answer>,
  ): Promise<Answer> {
    for (let failed = 1; ; failed++) {
      try {
        const answer = await this.#authorized(ask);
        if (!isPassing(answer.status)) return answer;
        const after = retryAfter(answer.headers['retry-after'], Date.now());
        if (failed < this.#retry.tries) this.options.onRetry?.(answer.status);
        if (!(await nextTry(this.#retry, failed, after, this.options.signal))) return answer;
        drop(answer.body);
      } catch (error) {
        if (!(await this.mayGoOn(failed, error))) throw error;
      }
    }
  }

  async #authorized<Answer extends { status: number; headers: RegistryAnswer['headers']; body: unknown }>(
    ask: (headers: (url: URL) => Record<string, string>) => Promise<Answer>,
  ): Promise<Answer> {
    const home = (await this.address('')).origin;
    // Asked for before a body is sent that would be refused: who does that may end the connection in the middle of it.
    if (this.#authorization && this.#authorization.endsAt < Date.now() + SOON_MS) await this.#authorize(new URL(home));
    const used = this.#authorization;
    // Redirects and uploads may lead to other hosts: these are given nothing.
    const headers = (url: URL): Record<string, string> =>
      url.origin !== home
        ? {}
        : {
            ...this.options.mirror?.headers,
            ...(this.#authorization && { authorization: this.#authorization.value }),
          };
    const answer = await ask(headers);
    this.#hasAnswered = true;
    const { url } = answer as unknown as { url: URL };
    if (answer.status !== 401 || url.origin !== home) return answer;
    this.#challenges = parseChallenges(answer.headers['www-authenticate']);
    // Another request has got one meanwhile, or has asked for it.
    if (this.#authorization === used) await this.#authorize(new URL(home));
    drop(answer.body);
    return ask(headers);
  }

  async #authorize(registry: URL): Promise<void> {
    this.#authorizing ??= this.#newAuthorization(registry).finally(() => {
      this.#authorizing = undefined;
    });
    this.#authorization = await this.#authorizing;
  }

  async #newAuthorization(registry: URL): Promise<Authorization> {
    const { http, repository, actions = 'pull', alsoPull = [], credentials: given, signal } = this.options;
    const scopes = [`repository:${repository}:${actions}`, ...alsoPull.map((name) => `repository:${name}:pull`)];
    const credentials = typeof given === 'function' ? await given() : given;
    for (let failed = 1; ; failed++) {
      try {
        return await authorize(this.#challenges, { http, registry, credentials, scopes, signal });
      } catch (error) {
        if (!(await this.mayGoOn(failed, error))) throw error;
      }
    }
  }
}

function drop(body: unknown): void {
  const stream = body as { destroy?: () => void } | undefined;
  stream?.destroy?.();
}

/** What a registry says of a failure, read to its end. */
export function talk(answer: RegistryAnswer): Promise<Buffer> {
  return wholeBody(answer.body, answer.url, TALK_LIMIT).catch(() => Buffer.alloc(0));
}

/** docker.io is a name; the registry behind it has another. */
export function hostOf(registry: string): string {
  return registry === 'docker.io' ? 'registry-1.docker.io' : registry;
}
