import type { Duplex } from 'node:stream';

/** What is answered to what is no HTTP request, by the parser's code; anything else is a 400. */
const ANSWERS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_INVALID_VERSION: '505 HTTP Version Not Supported: unsupported protocol version',
};

/** What Node keeps at a server's socket: the answer that is under way, and below TLS the connection itself. */
type Internals = Duplex & { _httpMessage?: { headersSent: boolean } | null; _parent?: Duplex | null };

/** In the words of Go's server; HTTP/1.0 with nothing more, as one knows no more of the client. */
const NOT_TLS = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';

/**
 * So long a client has to read why it is cut off. Go's server gives half a second (net/http, rstAvoidanceDelay) with
 * a thread to spare; here other work of the same thread may come in between.
 */
const LINGER_MS = 3_000;

/** Answers as plainly as Go's server does, and ends the connection: what follows on it cannot be understood. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  const { _httpMessage: current, _parent: carrier } = socket as Internals;
  if (error.code === 'ERR_SSL_HTTP_REQUEST' && carrier?.writable) {
    carrier.end(NOT_TLS, () => socket.destroy());
    return;
  }
  // A second answer in the middle of one that is under way would be taken for a part of it.
  const unheard = /^(ECONNRESET$|ERR_SSL|ERR_TLS)/.test(error.code ?? '');
  if (!socket.writable || unheard || current?.headersSent) {
    socket.destroy();
    return;
  }
  const status = ANSWERS[error.code ?? ''] ?? '400 Bad Request';
  const [line] = status.split(':');
  socket.end(`HTTP/1.1 ${line}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`);
  // Closed with bytes unread, a connection is reset, and the client may lose the answer.
  socket.removeAllListeners('data');
  socket.resume();
  // A client that goes on writing would keep the connection for ever.
  const patience = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(patience));
}
