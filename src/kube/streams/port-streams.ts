import { Duplex } from 'node:stream';
import { KctlError } from '../../lib/errors.ts';
import type { SpdyConnection } from '../../lib/spdy/spdy-connection.ts';
import type { SpdyStream } from '../../lib/spdy/spdy-stream.ts';
import type { Transport } from '../cluster.ts';
import { spdySession } from './spdy-session.ts';
import { upgradeToSpdy } from './spdy-upgrade.ts';

const protocol = 'portforward.k8s.io';

/** What a pod says of a port that it does not serve is short. */
const longestReason = 64 * 1024;

interface PortRequest {
  path: string;
  signal?: AbortSignal;
}

/** Ways to get a byte stream that speaks SPDY to a pod's port-forward. */
export const spdyCarriers = {
  /** Inside a WebSocket: servers from 1.30 on. */
  tunnel: (transport: Transport, request: PortRequest): Promise<Duplex> =>
    transport.openTunnel({ ...request, protocol: `SPDY/3.1+${protocol}` }),
  /** After an upgrade of HTTP: every server, but not through every proxy. */
  upgrade: async (transport: Transport, request: PortRequest): Promise<Duplex> =>
    (await upgradeToSpdy(transport, { ...request, protocols: [protocol] })).socket,
};

/**
 * One connection to a port, as two streams of a SPDY connection of its own: what goes wrong comes on
 * the error stream, and each side can end its half of the data alone.
 */
export function dialPort(carrier: Duplex, port: number, refused: (reason: string) => Error): Duplex {
  const lost = (cause: unknown) => new KctlError('connection', 'lost connection to pod', { cause });
  let connection: Duplex | undefined;
  const session = spdySession(carrier, (cause) => connection?.destroy(cause ? lost(cause) : undefined));
  const headers = { port: String(port), requestid: '0' };
  const error = session.open({ ...headers, streamtype: 'error' });
  // Nothing is written there.
  error.end();
  const data = session.open({ ...headers, streamtype: 'data' });
  connection = new PortConnection(session, data);
  const dialed = connection;
  let reason = '';
  error.on('data', (chunk: Buffer) => {
    if (reason.length < longestReason) reason += chunk.toString('utf8');
  });
  error.on('end', () => {
    if (reason !== '') dialed.destroy(refused(reason.trim()));
  });
  return connection;
}

class PortConnection extends Duplex {
  readonly #session: SpdyConnection;
  readonly #data: SpdyStream;

  constructor(session: SpdyConnection, data: SpdyStream) {
    super({ allowHalfOpen: true });
    this.#session = session;
    this.#data = data;
    data.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) data.pause();
    });
    data.on('end', () => this.push(null));
    data.on('close', () => {
      if (!this.readableEnded) this.push(null);
      if (!this.writableEnded) this.end();
    });
  }

  override _read(): void {
    this.#data.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#data.destroyed) done();
    else this.#data.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#data.destroyed) done();
    else this.#data.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#session.close();
    done(error);
  }
}
