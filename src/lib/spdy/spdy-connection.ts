import type { Duplex } from 'node:stream';
import { KctlError } from '../errors.ts';
import { FrameReader } from './frame-reader.ts';
import {
  encode,
  type Frame,
  goAwayStatus,
  INITIAL_WINDOW,
  LARGEST_WINDOW,
  type ResetStatus,
  resetStatus,
} from './frames.ts';
import { HeaderPacker, type Headers } from './header-block.ts';
import { SpdyStream, type StreamHost } from './spdy-stream.ts';

/** Streams that a peer may have open at once; more are refused one by one. */
const MOST_STREAMS = 4096;
/** Bytes received and not yet read, over all streams, from which on a peer that keeps no windows is read no further. */
const MOST_UNREAD = 4 * 1024 * 1024;
/** Answers (replies, resets, pings) that wait for a peer which does not read. */
const MOST_ANSWERS = 16 * 1024;
const CUT_AFTER_MS = 5_000;
/** A peer that is not read from is asked whether it is there: nothing else tells that it went. */
const ASK_EVERY_MS = 5_000;

interface Windows {
  /** Bytes that may still be sent; below zero where the peer's windows did not bind at first. */
  room: number;
  /** Bytes read that the peer has not been told of. */
  ungranted: number;
  /** Bytes received that nobody has read. */
  unread: number;
  /** What the peer has been granted to have under way. */
  size: number;
}

/** Bytes that the peer may send before it is granted more. */
interface OwnWindows {
  /** On a stream at first. */
  stream: number;
  /** On a stream whose reader keeps up: each time it has read half a window, that is doubled up to this. */
  largest: number;
  /** On all of them together. */
  session: number;
}

interface ConnectionOptions {
  role?: SpdyRole;
  /** Told to the peer at once; without them the windows are those that every peer assumes, 64 KiB each. */
  windows?: OwnWindows;
}

export interface ConnectionEvents {
  /** A new stream of the peer's. A text refuses it: it is reset. */
  onStream(stream: SpdyStream): string | undefined;
  /** The peer answered a ping. */
  onPing?(): void;
  /** The connection is over, by `failure` when the peer broke the protocol. Called once; all streams are closed. */
  onEnd(failure: KctlError | undefined): void;
}

/** Which side opens the streams with odd numbers (draft 3.1, section 2.3.2). */
type SpdyRole = 'client' | 'server';

/**
 * One side of SPDY/3.1 on any byte stream.
 *
 * Flow control: both sides should keep windows of 64 KiB a stream and a connection (draft 3.1, section
 * 2.6.8), but the library of Kubernetes' own clients neither grants nor keeps any. So every byte read
 * is granted again as the draft says, a peer's windows bind from the first sign that it keeps them
 * (WINDOW_UPDATE, or SETTINGS with an initial window), and what arrives beyond ours is no failure:
 * when too much of a peer that keeps no windows lies unread, the transport is paused instead.
 */
export class SpdyConnection implements StreamHost {
  readonly #transport: Duplex;
  readonly #events: ConnectionEvents;
  readonly #reader = new FrameReader();
  readonly #packer = new HeaderPacker();
  readonly #streams = new Map<SpdyStream, Windows>();
  readonly #byId = new Map<number, SpdyStream>();
  readonly #session: Windows = { room: INITIAL_WINDOW, ungranted: 0, unread: 0, size: INITIAL_WINDOW };
  readonly #own: OwnWindows;
  /** Seen from what came beyond a window of ours. */
  #peerIgnoresWindows = false;
  /** Ids of streams that this side opens leave this rest when halved; so do its pings. */
  readonly #parity: 0 | 1;
  #initialWindow = INITIAL_WINDOW;
  #peerKeepsWindows = false;
  /** The newest stream of the peer's, and of ours. */
  #lastStream = 0;
  #lastOpened: number;
  #answers = 0;
  #asking: NodeJS.Timeout | undefined;
  #isLeaving = false;
  #isOver = false;

  constructor(transport: Duplex, events: ConnectionEvents, { role = 'server', windows }: ConnectionOptions = {}) {
    this.#transport = transport;
    this.#events = events;
    this.#own = windows ?? { stream: INITIAL_WINDOW, largest: INITIAL_WINDOW, session: INITIAL_WINDOW };
    this.#session.size = this.#own.session;
    this.#parity = role === 'client' ? 1 : 0;
    this.#lastOpened = this.#parity - 2;
    transport.on('data', (bytes: Buffer) => this.#receive(bytes));
    transport.on('end', () => this.#end(undefined));
    transport.on('close', () => this.#end(undefined));
    transport.on('error', () => this.#end(undefined));
    if (!windows) return;
    this.#write(encode.settings(windows.stream));
    this.#write(encode.windowUpdate(0, windows.session - INITIAL_WINDOW));
  }

  /** True while streams can be opened. */
  get isOpen(): boolean {
    return !this.#isOver && !this.#isLeaving;
  }

  /** True while the peer is not read from, because too much of what it sent has not been read here. */
  get isHeldUp(): boolean {
    return !this.#isOver && this.#transport.isPaused();
  }

  /**
   * Says goodbye and closes; open streams close with it.
   * @param patienceMs after which a peer is cut off that has not read everything and closed
   */
  close(patienceMs: number = CUT_AFTER_MS): void {
    if (this.#isOver) return;
    this.#write(encode.goAway(this.#lastStream, goAwayStatus.ok));
    this.#end(undefined, patienceMs);
  }

  /**
   * Opens a stream. Data may be written at once; a peer that refuses the stream resets it, which
   * closes it without an error.
   * @throws KctlError `connection` on a connection that is over
   */
  open(headers: Headers): SpdyStream {
    if (this.#isOver || this.#isLeaving) throw new KctlError('connection', 'SPDY: the connection is over');
    this.#lastOpened += 2;
    const stream = this.#join(this.#lastOpened, headers);
    this.#write(encode.synStream(this.#packer, stream.id, headers));
    return stream;
  }

  /** Asks the peer whether it is there; `onPing` hears the answer. */
  ping(): void {
    this.#write(encode.ping(this.#parity === 1 ? 1 : 2));
  }

  #join(id: number, headers: Headers): SpdyStream {
    const stream = new SpdyStream(this, id, headers);
    // Whoever uses the stream hears of its close; a reset must not end the process.
    stream.on('error', () => {});
    this.#byId.set(id, stream);
    this.#streams.set(stream, { room: this.#initialWindow, ungranted: 0, unread: 0, size: this.#own.stream });
    return stream;
  }

  /** True for numbers that this side gives out, to streams and pings. */
  #isOwn(id: number): boolean {
    return id % 2 === this.#parity;
  }

  #receive(bytes: Buffer): void {
    if (this.#isOver) return;
    try {
      for (const frame of this.#reader.read(bytes)) {
        this.#handle(frame);
        if (this.#isOver) return;
      }
    } catch (error) {
      this.#fail(error instanceof KctlError ? error : new KctlError('internal', String(error), { cause: error }));
    }
  }

  #handle(frame: Frame): void {
    switch (frame.type) {
      case 'synStream':
        this.#open(frame);
        break;
      case 'data':
        this.#data(frame);
        break;
      case 'headers':
        this.#byId.get(frame.stream)?.receive(Buffer.alloc(0), frame.fin);
        break;
      case 'synReply':
        if (!this.#isOwn(frame.stream) || frame.stream > this.#lastOpened) {
          throw new KctlError('connection', `SPDY: a reply to stream ${frame.stream}, which was not opened`);
        }
        this.#byId.get(frame.stream)?.accepted(frame.fin);
        break;
      case 'rstStream':
        this.#byId.get(frame.stream)?.destroy();
        break;
      case 'settings':
        this.#settings(frame.initialWindow);
        break;
      case 'ping':
        // With a number of ours it is the answer to one of ours.
        if (this.#isOwn(frame.id)) this.#events.onPing?.();
        else this.#answer(encode.ping(frame.id));
        break;
      case 'goAway':
        this.#isLeaving = true;
        this.#endWhenIdle();
        break;
      case 'windowUpdate':
        this.#grant(frame.stream, frame.delta);
        break;
    }
  }

  #open({ stream: id, headers, fin, unidirectional }: Extract<Frame, { type: 'synStream' }>): void {
    if (this.#isOwn(id) || id <= this.#lastStream) {
      throw new KctlError('connection', `SPDY: stream ${id} cannot follow stream ${this.#lastStream}`);
    }
    this.#lastStream = id;
    if (this.#isLeaving || unidirectional || this.#byId.size >= MOST_STREAMS) {
      this.#answer(encode.rstStream(id, resetStatus.refusedStream));
      return;
    }
    const stream = this.#join(id, headers);
    // A client drops data that comes before the reply.
    this.#answer(encode.synReply(this.#packer, id, {}));
    if (this.#events.onStream(stream) !== undefined) stream.destroy();
    else if (fin) stream.receive(Buffer.alloc(0), true);
  }

  #data({ stream: id, data, fin }: Extract<Frame, { type: 'data' }>): void {
    const stream = this.#byId.get(id);
    if (stream && !stream.peerClosed) {
      const windows = this.#streams.get(stream)!;
      this.#session.unread += data.length;
      windows.unread += data.length;
      if (windows.unread > windows.size) this.#peerIgnoresWindows = true;
      stream.receive(data, fin);
      if (this.#session.unread > MOST_UNREAD && this.#peerIgnoresWindows) this.#pause();
      return;
    }
    if (stream) {
      this.#session.unread += data.length;
      this.#taken(data.length);
      this.#reset(stream, resetStatus.streamAlreadyClosed);
      return;
    }
    if (id > (this.#isOwn(id) ? this.#lastOpened : this.#lastStream)) {
      throw new KctlError('connection', `SPDY: data for stream ${id}, which was not opened`);
    }
    // On its way when the stream closed: it still counts in the window of the connection.
    this.#granted(0, this.#session, data.length);
  }

  #settings(initialWindow: number | undefined): void {
    if (initialWindow === undefined) return;
    this.#peerKeepsWindows = true;
    const change = initialWindow - this.#initialWindow;
    this.#initialWindow = initialWindow;
    for (const windows of this.#streams.values()) windows.room += change;
    this.#pumpAll();
  }

  #grant(id: number, delta: number): void {
    this.#peerKeepsWindows = true;
    const stream = this.#byId.get(id);
    const windows = id === 0 ? this.#session : stream && this.#streams.get(stream);
    if (!windows) return;
    windows.room += delta;
    if (delta === 0 || windows.room > LARGEST_WINDOW) {
      if (!stream) throw new KctlError('connection', `SPDY: a window cannot grow by ${delta} bytes`);
      this.#reset(stream, resetStatus.flowControlError);
    } else if (stream) stream.pump();
    else this.#pumpAll();
  }

  #pumpAll(): void {
    for (const stream of [...this.#streams.keys()]) stream.pump();
  }

  room(stream: SpdyStream): number {
    if (!this.#peerKeepsWindows) return Number.POSITIVE_INFINITY;
    return Math.min(this.#session.room, this.#streams.get(stream)?.room ?? 0);
  }

  send(stream: SpdyStream, data: Buffer, fin: boolean, sent: () => void): void {
    const windows = this.#streams.get(stream);
    if (windows) windows.room -= data.length;
    this.#session.room -= data.length;
    this.#write(encode.data(stream.id, data, fin), sent);
  }

  consumed(stream: SpdyStream, bytes: number): void {
    this.#taken(bytes);
    const windows = this.#streams.get(stream);
    if (!windows) return;
    windows.unread -= bytes;
    if (!stream.peerClosed) this.#granted(stream.id, windows, bytes);
  }

  #taken(bytes: number): void {
    this.#session.unread -= bytes;
    this.#granted(0, this.#session, bytes);
    if (this.#session.unread > MOST_UNREAD / 2 || !this.#transport.isPaused()) return;
    clearInterval(this.#asking);
    this.#transport.resume();
  }

  #pause(): void {
    if (this.#transport.isPaused()) return;
    this.#transport.pause();
    this.#asking = setInterval(() => this.ping(), ASK_EVERY_MS).unref();
  }

  /** Half a window at a time: a grant for every read would be a frame for every frame. */
  #granted(id: number, windows: Windows, bytes: number): void {
    windows.ungranted += bytes;
    if (windows.ungranted < windows.size / 2) return;
    const keepsUp = id !== 0 && windows.unread <= windows.size / 2;
    const more = keepsUp ? Math.max(0, Math.min(windows.size, this.#own.largest - windows.size)) : 0;
    windows.size += more;
    this.#answer(encode.windowUpdate(id, windows.ungranted + more));
    windows.ungranted = 0;
  }

  closed(stream: SpdyStream, finished: boolean): void {
    if (!this.#streams.delete(stream)) return;
    this.#byId.delete(stream.id);
    this.#taken(stream.discard());
    if (!finished) this.#answer(encode.rstStream(stream.id, resetStatus.cancel));
    this.#endWhenIdle();
  }

  #reset(stream: SpdyStream, status: ResetStatus): void {
    this.#answer(encode.rstStream(stream.id, status));
    this.#forget(stream);
    stream.destroy();
  }

  #forget(stream: SpdyStream): void {
    this.#streams.delete(stream);
    this.#byId.delete(stream.id);
    this.#taken(stream.discard());
  }

  #answer(frame: Buffer): void {
    if (this.#isOver) return;
    this.#write(frame, () => {
      this.#answers--;
    });
    if (++this.#answers > MOST_ANSWERS) {
      this.#fail(new KctlError('connection', 'SPDY: the peer asks and does not read the answers'));
    }
  }

  #write(frame: Buffer, sent?: () => void): void {
    if (this.#isOver || !this.#transport.writable) return;
    this.#transport.write(frame, (error) => {
      if (!error) sent?.();
    });
  }

  #fail(failure: KctlError): void {
    this.#write(encode.goAway(this.#lastStream, goAwayStatus.protocolError));
    this.#end(failure);
  }

  #endWhenIdle(): void {
    if (this.#isLeaving && this.#streams.size === 0) this.#end(undefined);
  }

  #end(failure: KctlError | undefined, patienceMs: number = CUT_AFTER_MS): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#asking);
    for (const stream of [...this.#streams.keys()]) {
      this.#forget(stream);
      stream.destroy();
    }
    this.#events.onEnd(failure);
    // What still comes is passed over, and a peer that does not read the end is cut off.
    this.#transport.resume();
    this.#transport.end();
    const cut = setTimeout(() => this.#transport.destroy(), patienceMs).unref();
    this.#transport.once('close', () => clearTimeout(cut));
  }
}
