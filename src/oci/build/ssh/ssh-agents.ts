import { createConnection, type Socket } from 'node:net';
import { KctlError } from '../../../lib/errors.ts';
import { type OwnAgent, startOwnAgent } from './own-agent.ts';
import { serveAgent } from './serve-agent.ts';
import type { SshKey } from './ssh-keys.ts';

/** What `--ssh` gives: the socket of an agent, or keys. */
export type SshSource = { socket: string } | { keys: readonly SshKey[] };

/** The agents of a build, by id. Those of keys are started when they are first asked for, and end with it. */
export class SshAgents implements AsyncDisposable {
  readonly #sources: ReadonlyMap<string, SshSource>;
  readonly #own = new Map<string, Promise<OwnAgent>>();

  constructor(sources: ReadonlyMap<string, SshSource>) {
    this.#sources = sources;
  }

  /** @returns what answers a client; undefined where nobody gave one of that id */
  async find(id: string): Promise<((client: Socket) => void) | undefined> {
    const source = this.#sources.get(id);
    if (!source) return undefined;
    const socket = 'socket' in source ? source.socket : (await this.#start(id, source.keys)).socket;
    await check(socket, id);
    return (client) => void serveAgent(client, () => createConnection(socket));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const started = await Promise.allSettled(this.#own.values());
    for (const one of started) if (one.status === 'fulfilled') await one.value[Symbol.asyncDispose]();
  }

  #start(id: string, keys: readonly SshKey[]): Promise<OwnAgent> {
    const found = this.#own.get(id) ?? startOwnAgent(keys);
    this.#own.set(id, found);
    return found;
  }
}

/** Says at once that nobody answers, and not by what a command makes of it. */
async function check(socket: string, id: string): Promise<void> {
  const connection = createConnection(socket);
  try {
    await new Promise((resolve, reject) => connection.once('connect', resolve).once('error', reject));
  } catch (cause) {
    throw new KctlError('input', `no SSH agent answers for ${JSON.stringify(id)}: ${(cause as Error).message}`, {
      cause,
    });
  } finally {
    connection.destroy();
  }
}
