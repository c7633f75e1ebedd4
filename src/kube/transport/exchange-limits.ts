import type http from 'node:http';
import type { Readable } from 'node:stream';

/** Go's limits for reaching a server (net/http, `DefaultTransport`): 30 s to connect, 10 s more for TLS. */
const dialLimit = 30_000;
const handshakeLimit = 10_000;

/** Gives up on a server that does not take the connection. */
export function limitDialing(message: http.ClientRequest, secure: boolean): void {
  message.once('socket', (socket) => {
    if (!socket.connecting) return;
    const stop = (code: string, words: string) => () => message.destroy(Object.assign(new Error(words), { code }));
    let timer = setTimeout(stop('ETIMEDOUT', 'i/o timeout'), dialLimit);
    const clear = () => clearTimeout(timer);
    socket.once('close', clear);
    socket.once('secureConnect', clear);
    socket.once('connect', () => {
      clear();
      if (secure) timer = setTimeout(stop('ETLSTIMEOUT', 'net/http: TLS handshake timeout'), handshakeLimit);
    });
  });
}

/** Ends an exchange by signal or deadline, before the answer and while its body is read. */
export function guardExchange(message: http.ClientRequest, signal: AbortSignal | undefined, timeout: number) {
  let body: Readable | undefined;
  const stop = (reason: Error) => {
    if (body) body.destroy(reason);
    message.destroy(reason);
  };
  const onAbort = () => stop(signal?.reason as Error);
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = timeout > 0 ? setTimeout(() => stop(new DOMException('deadline', 'TimeoutError')), timeout) : undefined;
  const release = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  };
  return {
    release,
    watch(stream: Readable, answer: http.IncomingMessage) {
      body = stream;
      // Whoever reads hears of the error; whoever left must not be hit by it.
      stream.on('error', () => undefined);
      answer.on('error', () => undefined);
      stream.once('close', release);
    },
  };
}
