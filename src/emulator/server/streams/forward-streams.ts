import type { Duplex } from 'node:stream';
import type { KctlError } from '../../../lib/errors.ts';
import { type ConnectionEvents, SpdyConnection } from '../../../lib/spdy/spdy-connection.ts';
import type { SpdyStream } from '../../../lib/spdy/spdy-stream.ts';

export const FORWARD_PROTOCOL = 'portforward.k8s.io';

/** A stream whose other half does not come is given up, as the kubelet does. */
const PAIR_PATIENCE_MS = 30_000;

/** Clients that keep windows, as kctl, may have this much under way to a pod that is slow to read. */
const WINDOWS = { stream: 1024 * 1024, largest: 8 * 1024 * 1024, session: 64 * 1024 * 1024 };

interface Pair {
  data?: SpdyStream;
  error?: SpdyStream;
  patience: NodeJS.Timeout;
}

interface Forwarding {
  /** @throws Error with the kubelet's words */
  connect(port: number): Promise<Duplex>;
  /** What the kubelet calls the pod in its messages. */
  sandbox: string;
  /** Called once, with the reason when the client broke the protocol. */
  onEnd(failure: KctlError | undefined): void;
}

/**
 * `portforward.k8s.io` on a byte stream that carries SPDY/3.1: each forwarded connection is an error
 * and a data stream with the same `requestID` and `port`. What goes wrong is written to the error
 * stream in the kubelet's words; both are closed when the pod's side is done. Returns what closes it.
 */
export function forwardStreams(transport: Duplex, forwarding: Forwarding): () => void {
  const pairs = new Map<string, Pair>();
  const events: ConnectionEvents = {
    onStream(stream) {
      const problem = problemOf(stream);
      if (problem) return problem;
      const id = requestOf(stream);
      const half = stream.headers['streamtype'] as 'data' | 'error';
      const pair = pairs.get(id) ?? { patience: setTimeout(() => giveUp(id), PAIR_PATIENCE_MS).unref() };
      if (pair[half]) return `request ${id} has its ${half} stream`;
      pairs.set(id, pair);
      pair[half] = stream;
      if (!pair.data || !pair.error) return undefined;
      drop(id, pair);
      // Data of an error stream is nobody's.
      pair.error.resume();
      void join(forwarding, pair.data, pair.error);
      return undefined;
    },
    onEnd(failure) {
      for (const [id, pair] of pairs) drop(id, pair);
      forwarding.onEnd(failure);
    },
  };
  const connection = new SpdyConnection(transport, events, { windows: WINDOWS });
  const drop = (id: string, pair: Pair) => {
    clearTimeout(pair.patience);
    pairs.delete(id);
  };
  const giveUp = (id: string) => {
    const pair = pairs.get(id);
    if (!pair) return;
    drop(id, pair);
    pair.error?.end(`(request=${id}) timed out waiting for streams`);
    pair.error?.resume();
    pair.data?.destroy();
  };
  return () => connection.close();
}

const types = new Set(['data', 'error']);

function problemOf({ headers }: SpdyStream): string | undefined {
  const { port = '', streamtype = '' } = headers;
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
    return `unable to parse "${port}" as a port`;
  return types.has(streamtype) ? undefined : `invalid stream type "${streamtype}"`;
}

/** Clients of old send no id; theirs open the error stream and right after it the data stream. */
const requestOf = ({ headers, id }: SpdyStream): string =>
  headers['requestid'] || `stream ${headers['streamtype'] === 'error' ? id : id - 2}`;

async function join({ connect, sandbox }: Forwarding, data: SpdyStream, error: SpdyStream): Promise<void> {
  const port = Number(data.headers['port']);
  const fail = (cause: unknown) => {
    error.end(
      `error forwarding port ${port} to pod ${sandbox}, uid : ${cause instanceof Error ? cause.message : cause}`,
    );
    data.end();
  };
  let connection: Duplex;
  try {
    connection = await connect(port);
  } catch (cause) {
    // Bytes that were meant for the pod must not hold up the other streams.
    data.resume();
    fail(cause);
    return;
  }
  if (data.destroyed) {
    connection.destroy();
    error.end();
    return;
  }
  connection.on('error', fail);
  connection.on('end', () => error.end());
  connection.on('close', () => {
    if (!connection.readableEnded) data.destroy();
    error.end();
  });
  data.on('close', () => {
    connection.destroy();
    error.end();
  });
  connection.pipe(data).pipe(connection);
}
