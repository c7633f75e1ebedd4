import type { Duplex } from 'node:stream';
import { KctlError } from '../../lib/errors.ts';
import { SpdyConnection } from '../../lib/spdy/spdy-connection.ts';

/** As kubectl asks. */
const PING_EVERY_MS = 5_000;
/** A peer that has not made a sound for this long, though it was asked, is gone. */
const DEAD_AFTER_MS = 30_000;
/** A timer that is this late tells that the machine slept: the network may be another one now. */
const SLEPT_MS = 15_000;
/** How long a peer has to answer where there is reason to doubt that it is there. */
const DOUBT_MS = 3_000;

/**
 * A stream's window is what a slow reader may leave lying about; all of them together is what 500 such readers
 * take. Larger ones let a stream whose reader keeps up use links that are fast and long.
 */
const WINDOWS = { stream: 1024 * 1024, largest: 8 * 1024 * 1024, session: 512 * 1024 * 1024 };

/** As long as kubectl waits for a stream to be taken. */
const REPLY_MS = 30_000;
const NO_REPLY = 'Timeout occurred waiting for the server to take the connection';

/** What a pod says of a port that it does not serve is short. */
const LONGEST_REASON = 64 * 1024;

/**
 * One SPDY connection to a pod's port-forward, which carries any number of connections to its ports: each is an
 * error and a data stream with the same `requestID` (Kubernetes, `portforward.k8s.io`).
 */
export class PodTunnel {
  readonly #carrier: Duplex;
  readonly #session: SpdyConnection;
  #requests = 0;
  #heard = Date.now();
  #beaten = Date.now();
  #isOver = false;
  #answered = new Set<() => void>();
  readonly #beat: NodeJS.Timeout;

  /** @param ended called once, when no connection can go through it any more */
  constructor(carrier: Duplex, ended: () => void) {
    this.#carrier = carrier;
    this.#session = new SpdyConnection(
      carrier,
      {
        onStream: () => 'servers open no streams',
        onEnd: () => {
          this.#isOver = true;
          clearInterval(this.#beat);
          this.#hear();
          ended();
        },
      },
      { role: 'client', windows: WINDOWS },
    );
    carrier.on('data', () => this.#hear());
    this.#beat = setInterval(() => this.#ask(), PING_EVERY_MS);
    this.#beat.unref();
  }

  /** False where too much of a slow reader's lies unread: further connections are better off elsewhere. */
  get isFree(): boolean {
    return this.#session.isOpen && !this.#session.isHeldUp;
  }

  /**
   * Opens a connection to a port, which is there once the server has taken it: until then nothing has been sent that
   * would be lost with the tunnel. What goes wrong at the pod destroys it with the error that `refused` makes of the
   * kubelet's words. `end()` closes our direction alone.
   * @throws KctlError `connection` where the tunnel is lost meanwhile
   */
  connect(port: number, refused: (reason: string) => Error): Promise<Duplex> {
    const headers = { port: String(port), requestid: String(this.#requests++) };
    const error = this.#session.open({ ...headers, streamtype: 'error' });
    // Nothing is written there.
    error.end();
    const data = this.#session.open({ ...headers, streamtype: 'data' });
    let reason = '';
    error.on('data', (chunk: Buffer) => {
      if (reason.length < LONGEST_REASON) reason += chunk.toString('utf8');
    });
    error.on('end', () => {
      if (reason !== '') data.destroy(refused(reason.trim()));
    });
    // A kubelet may leave the error stream open when the connection is over.
    data.on('close', () => error.destroy());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => data.destroy(new KctlError('connection', NO_REPLY)), REPLY_MS).unref();
      data.once('close', () => clearTimeout(timer));
      data.once('accepted', () => {
        clearTimeout(timer);
        resolve(data);
      });
      data.once('close', () => reject(data.errored ?? new KctlError('connection', 'lost connection to pod')));
    });
  }

  /** Whether the peer is there: at once where it was heard of lately, else after it has been asked. */
  async isAlive(): Promise<boolean> {
    const silence = Date.now() - this.#heard;
    if (this.#isOver) return false;
    if (silence < PING_EVERY_MS + DOUBT_MS || this.#carrier.isPaused()) return true;
    return this.doubt();
  }

  /** Asks the peer now, and ends the tunnel where no answer comes. */
  async doubt(): Promise<boolean> {
    if (this.#isOver) return false;
    const answer = Promise.withResolvers<boolean>();
    const hear = () => answer.resolve(true);
    this.#answered.add(hear);
    const timer = setTimeout(() => answer.resolve(false), DOUBT_MS);
    this.#session.ping();
    const isThere = await answer.promise;
    clearTimeout(timer);
    this.#answered.delete(hear);
    if (!isThere) this.#carrier.destroy();
    return isThere && !this.#isOver;
  }

  close(): void {
    this.#session.close();
  }

  #hear(): void {
    this.#heard = Date.now();
    for (const hear of this.#answered) hear();
  }

  #ask(): void {
    const now = Date.now();
    const late = now - this.#beaten;
    this.#beaten = now;
    if (late > SLEPT_MS) return void this.doubt();
    // What is not read from cannot be heard.
    if (this.#carrier.isPaused()) this.#heard = now;
    if (now - this.#heard > DEAD_AFTER_MS) this.#carrier.destroy();
    else this.#session.ping();
  }
}
