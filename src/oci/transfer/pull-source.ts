import { KctlError } from '../../lib/errors.ts';
import type { Mirror, Route } from '../registry/mirrors/route.ts';
import { type FetchedManifest, Repository } from '../registry/repository.ts';
import { patient } from '../registry/retry.ts';
import type { OnTransfer } from './events.ts';
import type { RegistryAccess } from './registry-access.ts';

interface PullFrom {
  registry: string;
  repository: string;
  access: RegistryAccess;
  signal: AbortSignal;
  on: OnTransfer;
}

/** A repository and its mirrors: each is asked in its turn, the registry itself last (containerd, docs/hosts.md). */
export class PullSource {
  readonly #repositories: Repository[];
  readonly #on: OnTransfer;
  readonly #signal: AbortSignal;

  constructor({ registry, repository, access, signal, on }: PullFrom) {
    this.#on = on;
    this.#signal = signal;
    const { http, credentials, retry = patient } = access;
    const route = routeTo(registry, repository, access);
    const isLast = (mirror: Mirror) => route.isOnly === true && mirror === route.mirrors.at(-1);
    const at = (mirror: Mirror | undefined) =>
      new Repository({
        ...{ http, registry, repository: mirror?.repository ?? repository, mirror, signal },
        // A mirror is another host: what is known for the registry is not for it.
        credentials:
          credentials && (() => credentials(mirror?.address.host ?? registry, mirror?.repository ?? repository)),
        // There is somebody else to ask.
        retry: mirror && !isLast(mirror) ? { ...retry, tries: Math.min(retry.tries, 2) } : retry,
        onRetry: (reason) => on({ kind: 'retry', reason: retryText(mirror?.address.host ?? registry, reason) }),
      });
    this.#repositories = [...route.mirrors.map(at), ...(route.isOnly ? [] : [at(undefined)])];
  }

  /** The registry itself, or what stands for it. */
  get registry(): Repository {
    return this.#repositories.at(-1)!;
  }

  /** Those that answer for it. From here on nobody is asked who had not what came first. */
  async resolve(name: string): Promise<FetchedManifest> {
    const isTag = !name.includes(':');
    for (const repository of isTag ? [...this.#repositories] : []) {
      if (repository.session.options.mirror?.digestOnly && repository !== this.registry) {
        this.#repositories.splice(this.#repositories.indexOf(repository), 1);
      }
    }
    return this.first(async (repository) => {
      const found = await repository.manifest(name);
      this.#repositories.splice(0, this.#repositories.indexOf(repository));
      return found;
    });
  }

  /** What the first one answers that can. @throws the error of the last, which is the registry itself */
  async first<Result>(ask: (repository: Repository) => Promise<Result>): Promise<Result> {
    for (const repository of [...this.#repositories]) {
      try {
        return await ask(repository);
      } catch (error) {
        if (repository === this.registry || this.#signal.aborted || !(error instanceof KctlError)) throw error;
        this.#on({ kind: 'note', text: `mirror ${repository.session.name}: ${error.message}` });
      }
    }
    throw new Error('a source has at least its registry');
  }
}

/** @throws KctlError `config` for what a file forbids */
export function routeTo(registry: string, repository: string, { route }: RegistryAccess): Route {
  const found = route?.(registry, repository) ?? { mirrors: [] };
  if (found.blockedBy === undefined) return found;
  throw new KctlError('config', `registry ${registry} is blocked in ${found.blockedBy}`);
}

export function retryText(host: string, reason: KctlError | number): string {
  return typeof reason === 'number' ? `${host} answers ${reason}` : reason.message;
}
