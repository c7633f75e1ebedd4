import type { Duplex } from 'node:stream';
import { SpdyConnection } from '../../lib/spdy/spdy-connection.ts';

/** As kubectl: a peer that answers no ping for this long is gone. */
const pingEvery = 5_000;
const deadAfter = 61_000;

/** The client's side of SPDY on a socket, with pings; `onEnd` is called once. Servers may not open streams. */
export function spdySession(socket: Duplex, onEnd: (failure: Error | undefined) => void): SpdyConnection {
  let heard = Date.now();
  const hear = () => {
    heard = Date.now();
  };
  const connection = new SpdyConnection(
    socket,
    {
      onStream: () => 'servers open no streams',
      onPing: hear,
      onEnd(failure) {
        clearInterval(beat);
        onEnd(failure);
      },
    },
    { role: 'client' },
  );
  const beat = setInterval(() => {
    // What is not read from cannot be heard.
    if (socket.isPaused()) hear();
    if (Date.now() - heard > deadAfter) socket.destroy();
    else connection.ping();
  }, pingEvery);
  beat.unref();
  return connection;
}
