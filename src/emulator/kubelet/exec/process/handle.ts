import type { Readable, Writable } from 'node:stream';
import { SystemError } from '../fs/errors.ts';
import { breathe } from './pace.ts';
import { Killed, signals } from './signals.ts';

/** The two ends of something bytes go through. Both throw what aborted `signal`. */
export interface Channel {
  /** Undefined at the end. */
  read?(signal: AbortSignal): Promise<Uint8Array | undefined>;
  write?(chunk: Uint8Array, signal: AbortSignal): Promise<void> | void;
  close?(): void;
  isTty?: boolean;
  /** The terminal behind it; who edits lines there knows its type. */
  terminal?: object;
}

/** An open file, shared by all descriptors that were duplicated from it. */
export class Handle {
  readonly #channel: Channel;
  #users = 1;
  #unread: Uint8Array[] = [];

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  get isTty(): boolean {
    return this.#channel.isTty === true;
  }

  get terminal(): object | undefined {
    return this.#channel.terminal;
  }

  share(): this {
    this.#users++;
    return this;
  }

  release(): void {
    if (--this.#users === 0) this.#channel.close?.();
  }

  async read(signal: AbortSignal): Promise<Uint8Array | undefined> {
    const kept = this.#unread.pop();
    if (kept) return kept;
    if (!this.#channel.read) throw new SystemError('EBADF');
    await breathe();
    signal.throwIfAborted();
    return this.#channel.read(signal);
  }

  /** Gives back what was read too much, so that the next reader of the same open file finds it. */
  unread(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#unread.push(chunk);
  }

  async write(chunk: Uint8Array, signal: AbortSignal): Promise<void> {
    if (!this.#channel.write) throw new SystemError('EBADF');
    if (chunk.length === 0) return;
    await breathe();
    signal.throwIfAborted();
    await this.#channel.write(chunk, signal);
  }
}

/** Waits for `start`'s callback or for the abort. */
export function interruptible<T>(
  signal: AbortSignal,
  start: (resolve: (value: T) => void, reject: (error: unknown) => void) => (() => void) | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    let stop: (() => void) | undefined;
    const abort = () => {
      stop?.();
      reject(signal.reason);
    };
    const settle =
      <V>(next: (value: V) => void) =>
      (value: V) => {
        signal.removeEventListener('abort', abort);
        next(value);
      };
    signal.addEventListener('abort', abort, { once: true });
    stop = start(settle(resolve), settle(reject));
  });
}

const PIPE_BYTES = 65_536;

/** pipe(7): a writer waits while it is full, and is killed when nobody can read any more. */
export function pipe(): { reader: Handle; writer: Handle } {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let hasReader = true;
  let hasWriter = true;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const resume of [...waiting]) resume();
  };
  const turn = (signal: AbortSignal) =>
    interruptible<void>(signal, (resolve) => {
      const resume = () => {
        waiting.delete(resume);
        resolve();
      };
      waiting.add(resume);
      return () => waiting.delete(resume);
    });
  const reader = new Handle({
    async read(signal) {
      while (chunks.length === 0 && hasWriter) await turn(signal);
      const chunk = chunks.shift();
      size -= chunk?.length ?? 0;
      wake();
      return chunk;
    },
    close() {
      hasReader = false;
      chunks.length = 0;
      wake();
    },
  });
  const writer = new Handle({
    async write(chunk, signal) {
      while (hasReader && size > 0 && size + chunk.length > PIPE_BYTES) await turn(signal);
      if (!hasReader) throw new Killed(signals.PIPE);
      chunks.push(chunk);
      size += chunk.length;
      wake();
    },
    close() {
      hasWriter = false;
      wake();
    },
  });
  return { reader, writer };
}

export const nothing = (): Handle => new Handle({ read: async () => undefined, write: () => {} });

/** Reads what is there at once. */
export function bytesHandle(bytes: Uint8Array): Handle {
  let at = 0;
  return new Handle({
    async read() {
      if (at >= bytes.length) return undefined;
      const chunk = bytes.subarray(at, at + PIPE_BYTES);
      at += chunk.length;
      return chunk;
    },
  });
}

/** Hands every chunk to `take`. */
export const sinkHandle = (take: (chunk: Uint8Array) => void): Handle => new Handle({ write: take });

/** The client's standard input. */
export function readableHandle(stream: Readable): Handle {
  let hasEnded = false;
  stream.on('error', () => {
    hasEnded = true;
  });
  stream.on('end', () => {
    hasEnded = true;
  });
  stream.on('close', () => {
    hasEnded = true;
  });
  return new Handle({
    async read(signal) {
      for (;;) {
        const chunk = stream.read() as Buffer | string | null;
        if (chunk !== null) return typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        if (hasEnded || stream.readableEnded || stream.destroyed) return undefined;
        await interruptible<void>(signal, (resolve) => {
          const events = ['readable', 'end', 'close', 'error'];
          const off = () => {
            for (const event of events) stream.off(event, go);
          };
          const go = () => {
            off();
            resolve();
          };
          for (const event of events) stream.on(event, go);
          return off;
        });
      }
    },
  });
}

/** The client's standard output: waits while the client does not take more. */
export function writableHandle(stream: Writable): Handle {
  stream.on('error', () => {});
  return new Handle({
    async write(chunk, signal) {
      if (stream.destroyed || stream.writableEnded) return;
      if (stream.write(chunk)) return;
      await interruptible<void>(signal, (resolve) => {
        const off = () => {
          stream.off('drain', go);
          stream.off('close', go);
        };
        const go = () => {
          off();
          resolve();
        };
        stream.on('drain', go);
        stream.on('close', go);
        return off;
      });
    },
  });
}
