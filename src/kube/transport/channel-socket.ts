import type http from 'node:http';
import WebSocket from 'ws';
import { KctlError } from '../../lib/errors.ts';
import type { ChannelSocket } from '../cluster.ts';
import type { TlsOptions } from './agent.ts';
import { failureLimit } from './body-limits.ts';
import type { RequestLog } from './request-log.ts';
import { UpgradeRefused, upgradeError } from './upgrade-refused.ts';

export interface ChannelRequest {
  url: string;
  protocols: readonly string[];
  headers: Record<string, string | string[]>;
  agent?: http.Agent;
  tls?: TlsOptions;
  signal?: AbortSignal;
  log?: RequestLog;
  /** Puts a failure of the network into the user's words. */
  fail(error: unknown): Promise<Error>;
}

/** As kubectl: a peer that answers no ping for this long is gone. */
const pingEvery = 5_000;
const deadAfter = 61_000;

/** A server that takes the connection and says nothing is given up after this long. */
const handshakeLimit = 45_000;

/** Opens the WebSocket of a pod subresource: every binary message begins with the byte of its channel. */
export async function openChannelSocket(request: ChannelRequest): Promise<ChannelSocket> {
  return new WebSocketChannels(await openWebSocket(request), request);
}

async function openWebSocket(request: ChannelRequest): Promise<WebSocket> {
  request.signal?.throwIfAborted();
  const { Host: _, Accept: __, 'Accept-Encoding': ___, ...headers } = request.headers;
  request.log?.begin('GET', request.url, headers, undefined);
  const started = performance.now();
  const socket = new WebSocket(request.url, [...request.protocols], {
    headers,
    perMessageDeflate: false,
    handshakeTimeout: handshakeLimit,
    ...(request.agent ? { agent: request.agent } : {}),
    ...request.tls,
  } as WebSocket.ClientOptions);
  await connected(socket, request, started);
  return socket;
}

function connected(socket: WebSocket, request: ChannelRequest, started: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(request.signal?.reason);
      socket.terminate();
    };
    const settle = () => request.signal?.removeEventListener('abort', abort);
    request.signal?.addEventListener('abort', abort, { once: true });
    socket.once('upgrade', (answer) => {
      request.log?.end('GET', request.url, '101 Switching Protocols', answer.headers, performance.now() - started);
    });
    socket.once('open', () => {
      settle();
      // Messages may come with the answer itself; they wait for whoever opens the channels.
      socket.pause();
      resolve();
    });
    socket.once('unexpected-response', (_message, answer) => {
      settle();
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > failureLimit) answer.destroy();
      });
      answer.on('close', () => {
        const code = answer.statusCode ?? 0;
        request.log?.end(
          'GET',
          request.url,
          `${code} ${answer.statusMessage}`,
          answer.headers,
          performance.now() - started,
        );
        reject(upgradeError(code, Buffer.concat(chunks).toString('utf8')));
        socket.terminate();
      });
    });
    socket.on('error', (error) => {
      settle();
      // What the library says of answers that are no WebSocket's begins so.
      if (/^(Invalid |Server sent|Missing )/.test(error.message)) reject(new UpgradeRefused(101, error.message));
      else request.fail(error).then(reject, reject);
    });
  });
}

class WebSocketChannels implements ChannelSocket {
  readonly protocol: string;
  readonly #socket: WebSocket;
  #handler: ((channel: number, data: Buffer) => void) | undefined;
  #closed: { error: Error | undefined } | undefined;
  #onClose: ((error: Error | undefined) => void) | undefined;

  constructor(socket: WebSocket, request: ChannelRequest) {
    this.#socket = socket;
    this.protocol = socket.protocol;
    const abort = () => socket.terminate();
    request.signal?.addEventListener('abort', abort, { once: true });
    const heart = new Heart(socket);
    let failure: Error | undefined;
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary && data.length > 0) this.#handler?.(data[0]!, data.subarray(1));
    });
    socket.on('close', (code, reason) => {
      heart.stop();
      request.signal?.removeEventListener('abort', abort);
      this.#close(failure ?? closeError(code, reason.toString('utf8')));
    });
  }

  send(channel: number, data: Uint8Array): Promise<void> {
    const frame = Buffer.allocUnsafe(data.length + 1);
    frame[0] = channel;
    frame.set(data, 1);
    return new Promise((resolve, reject) => {
      this.#socket.send(frame, { binary: true }, (error) => (error ? reject(error) : resolve()));
    });
  }

  onMessage(handler: (channel: number, data: Buffer) => void): void {
    this.#handler = handler;
    this.#socket.resume();
  }

  onClose(handler: (error: Error | undefined) => void): void {
    this.#onClose = handler;
    if (this.#closed) handler(this.#closed.error);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    // A paused socket would never see the peer's closing frame.
    this.#socket.resume();
    this.#socket.close(1000);
  }

  #close(error: Error | undefined): void {
    this.#closed = { error };
    this.#onClose?.(error);
  }
}

/** Asks the peer every few seconds whether it is there, and hangs up on one that stays silent. */
class Heart {
  readonly #socket: WebSocket;
  readonly #timer: NodeJS.Timeout;
  #heard = Date.now();

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#timer = setInterval(() => this.#beat(), pingEvery);
    this.#timer.unref();
    const hear = () => {
      this.#heard = Date.now();
    };
    socket.on('pong', hear);
    socket.on('message', hear);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    // What is not read from cannot be heard.
    if (this.#socket.isPaused) this.#heard = Date.now();
    if (Date.now() - this.#heard > deadAfter) this.#socket.terminate();
    else if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }
}

/** 1000 and "no status" are how servers end a stream; 1006 is a connection that broke. */
function closeError(code: number, reason: string): Error | undefined {
  if (code === 1000 || code === 1005) return undefined;
  return new KctlError(
    'connection',
    reason || (code === 1006 ? 'the connection to the server was lost' : `websocket closed with code ${code}`),
  );
}
