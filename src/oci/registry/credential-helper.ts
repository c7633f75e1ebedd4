import { spawn } from 'node:child_process';
import { KctlError } from '../../lib/errors.ts';
import type { RegistryCredentials } from './credentials.ts';

/** People may have to unlock a store of passwords meanwhile. */
const TIMEOUT_MS = 60_000;
const MOST_BYTES = 1 << 20;
/** Programs are found by name on PATH only. */
const NAME = /^[A-Za-z0-9][\w.-]*$/;

type Action = 'get' | 'store' | 'erase';

interface HelperOptions {
  env: Record<string, string | undefined>;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
}

/**
 * A program `docker-credential-<name>` that keeps passwords: the key goes to its standard input, what it knows comes
 * back as JSON (docker, docker-credential-helpers). No shell is between; what it prints is shown nowhere.
 */
export class CredentialHelper {
  readonly name: string;
  readonly #options: HelperOptions;

  /** @throws KctlError `config` for what is no name of a program */
  constructor(name: string, options: HelperOptions) {
    if (!NAME.test(name)) {
      throw new KctlError('config', `${JSON.stringify(name)} is no name of a credential helper`);
    }
    this.name = name;
    this.#options = options;
  }

  /** undefined where it knows nobody. @throws KctlError `auth` */
  async get(server: string): Promise<RegistryCredentials | undefined> {
    const { code, output } = await this.#run('get', server);
    if (code !== 0) {
      if (/credentials not found/i.test(output)) return undefined;
      throw this.#failure('get', code);
    }
    let answer: { Username?: unknown; Secret?: unknown };
    try {
      answer = JSON.parse(output) as typeof answer;
    } catch (cause) {
      throw new KctlError('auth', `${this.#program} does not answer with JSON`, { cause });
    }
    const { Username: username, Secret: secret } = answer ?? {};
    if (typeof username !== 'string' || typeof secret !== 'string' || secret === '') return undefined;
    return username === '<token>' ? { identityToken: secret } : { username, password: secret };
  }

  /** @throws KctlError `auth` */
  async store(server: string, { username, password, identityToken }: RegistryCredentials): Promise<void> {
    const entry = {
      ServerURL: server,
      Username: identityToken ? '<token>' : username,
      Secret: identityToken ?? password,
    };
    const { code } = await this.#run('store', JSON.stringify(entry));
    if (code !== 0) throw this.#failure('store', code);
  }

  /** @throws KctlError `auth` */
  async erase(server: string): Promise<void> {
    const { code, output } = await this.#run('erase', server);
    if (code !== 0 && !/credentials not found/i.test(output)) throw this.#failure('erase', code);
  }

  get #program(): string {
    return `docker-credential-${this.name}`;
  }

  /** Its own words may hold what must not be shown. */
  #failure(action: Action, code: number | null): KctlError {
    return new KctlError('auth', `${this.#program} ${action} ended with ${code ?? 'a signal'}`, {
      hint: `See what it says: echo REGISTRY | ${this.#program} ${action}`,
    });
  }

  #run(action: Action, input: string): Promise<{ code: number | null; output: string }> {
    const { env, signal, timeoutMs = TIMEOUT_MS } = this.#options;
    const program = this.#program;
    return new Promise((resolve, reject) => {
      const child = spawn(program, [action], { env: env as NodeJS.ProcessEnv, stdio: ['pipe', 'pipe', 'ignore'] });
      const end = (why: KctlError) => {
        child.kill('SIGKILL');
        reject(why);
      };
      const timer = setTimeout(
        () => end(new KctlError('auth', `${program} does not answer within ${timeoutMs / 1000} s`)),
        timeoutMs,
      );
      const stop = () => end(new KctlError('auth', `${program} was stopped`));
      signal?.addEventListener('abort', stop, { once: true });
      const pieces: Buffer[] = [];
      let length = 0;
      child.stdout.on('data', (piece: Buffer) => {
        length += piece.length;
        if (length > MOST_BYTES) end(new KctlError('auth', `${program} answers with too much`));
        else pieces.push(piece);
      });
      const finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
      };
      child.once('error', (cause: NodeJS.ErrnoException) => {
        finish();
        const isMissing = cause.code === 'ENOENT';
        reject(
          new KctlError(
            'auth',
            isMissing ? `${program} is not on PATH` : `${program} cannot be started: ${cause.message}`,
            {
              hint: 'It is named as credHelpers or credsStore in the docker configuration.',
              cause,
            },
          ),
        );
      });
      child.once('close', (code) => {
        finish();
        resolve({ code, output: Buffer.concat(pieces).toString() });
      });
      // It may end without reading.
      child.stdin.on('error', () => {});
      child.stdin.end(input);
    });
  }
}
