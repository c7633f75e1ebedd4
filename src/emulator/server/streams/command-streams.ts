import { type Duplex, PassThrough, type Readable, Writable } from 'node:stream';
import { SpdyConnection } from '../../../lib/spdy/spdy-connection.ts';
import type { SpdyStream } from '../../../lib/spdy/spdy-stream.ts';
import { allSent, type CommandLink, type CommandStatus, statusText, type WantedStreams } from './command-link.ts';
import { TerminalSizes } from './terminal-sizes.ts';

/** The protocols of remote commands on SPDY, and what sets them apart (cri-streaming, pkg/streaming/remotecommand). */
export const streamProtocols = {
  'v5.channel.k8s.io': { status: true, resize: true },
  'v4.channel.k8s.io': { status: true, resize: true },
  'v3.channel.k8s.io': { status: false, resize: true },
  'v2.channel.k8s.io': { status: false, resize: false },
  'channel.k8s.io': { status: false, resize: false },
} as const satisfies Record<string, StreamProtocol>;

export interface StreamProtocol {
  status: boolean;
  resize: boolean;
}

/** A client that does not open the streams it asked for is given up, as kubelets do. */
const STREAMS_PATIENCE_MS = 30_000;
/** How long a client may read on after the last byte was sent; then it is cut off. */
const READ_ON_MS = 15 * 60_000;

type Kind = 'error' | 'stdin' | 'stdout' | 'stderr' | 'resize';

/** The streams of a remote command as streams of SPDY, each named by its header `streamType`. */
export class CommandStreams implements CommandLink {
  readonly streams: CommandLink['streams'] = {};
  readonly #connection: SpdyConnection;
  readonly #protocol: StreamProtocol;
  readonly #gone = new AbortController();
  readonly #sizes = new TerminalSizes();
  readonly #opened = new Map<Kind, SpdyStream>();

  /**
   * Resolves when the client has opened what it asked for.
   * @throws Error when it went away or took too long; the connection is closed then
   */
  static async open(transport: Duplex, protocol: StreamProtocol, wanted: WantedStreams): Promise<CommandStreams> {
    let link: CommandStreams | undefined;
    let patience: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        link = new CommandStreams(transport, protocol, wanted, resolve);
        link.signal.addEventListener('abort', () => reject(new Error('the client went away')), { once: true });
        patience = setTimeout(() => {
          reject(new Error('timed out waiting for client to create streams'));
          link?.close();
        }, STREAMS_PATIENCE_MS).unref();
      });
    } finally {
      clearTimeout(patience);
    }
  }

  constructor(
    transport: Duplex,
    protocol: StreamProtocol,
    wanted: WantedStreams,
    ready: (link: CommandStreams) => void,
  ) {
    this.#protocol = protocol;
    const missing = new Set<Kind>(['error']);
    for (const kind of ['stdin', 'stdout', 'stderr'] as const) if (wanted[kind]) missing.add(kind);
    if (wanted.tty && protocol.resize) missing.add('resize');
    this.#connection = new SpdyConnection(transport, {
      onStream: (stream) => {
        const kind = stream.headers['streamtype'] as Kind;
        if (!missing.delete(kind)) return `unexpected stream type: ${JSON.stringify(kind)}`;
        this.#opened.set(kind, stream);
        // Only these two carry anything from the client, but all are closed by it.
        if (kind === 'resize') {
          stream.on('data', (data: Buffer) => this.#sizes.push(data)).on('close', () => this.#sizes.end());
        } else if (kind !== 'stdin') stream.resume();
        if (missing.size === 0) {
          this.#hand(wanted);
          ready(this);
        }
        return undefined;
      },
      onEnd: () => {
        this.#sizes.end();
        this.#gone.abort();
      },
    });
  }

  #hand({ tty }: WantedStreams): void {
    const [stdin, stdout, stderr] = (['stdin', 'stdout', 'stderr'] as const).map((kind) => this.#opened.get(kind));
    if (stdin) this.streams.stdin = inputOf(stdin);
    if (stdout) this.streams.stdout = outputOf(stdout);
    if (stderr) this.streams.stderr = outputOf(stderr);
    if (tty) this.streams.resize = this.#sizes;
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  finish(status: CommandStatus): void {
    // What the client still sends is nobody's any more, and must not hold up what it is to read.
    this.#opened.get('stdin')?.unpipe().resume();
    const error = this.#opened.get('error');
    void allSent([this.streams.stdout, this.streams.stderr])
      .then(() => {
        const text = statusText(status, this.#protocol.status);
        if (text) error?.write(text);
        return allSent([error]);
      })
      .then(() => this.#connection.close(READ_ON_MS));
  }

  /** Ends for a reason of the server's own. */
  close(): void {
    this.#connection.close();
  }
}

/**
 * The half of a stream that the node reads. The other half stays open: clients take its end for the end
 * of the command's input and send nothing more.
 */
function inputOf(stream: SpdyStream): Readable {
  const input = new PassThrough();
  stream.once('close', () => input.end());
  return stream.pipe(input);
}

/** The half of a stream that the node writes; the client need not close its own. */
function outputOf(stream: SpdyStream): Writable {
  const output = new Writable({
    write: (data: Buffer, _encoding, done) => void stream.write(data, done),
    final: (done) => void stream.end(done),
  });
  // The client's hang-up is told by the signal.
  output.on('error', () => {});
  stream.once('close', () => output.destroy());
  return output;
}
