import type { ServerResponse } from 'node:http';

/** Where the lines of a watch go: an HTTP answer, or a WebSocket. */
export interface WatchSink {
  /** One event with its newline. */
  send(line: Buffer | string): void;
  /** Bytes that wait because the client does not read. */
  readonly backlog: number;
  /** Resolves when the client has read enough to be sent more, or is gone. */
  drained(): Promise<void>;
  /** After what was sent. */
  end(): void;
  /** At once. */
  cut(): void;
  /** Calls `run` when the client is gone. */
  onClose(run: () => void): void;
}

/** A chunked answer that begins now. */
export function responseSink(response: ServerResponse, contentType: string): WatchSink {
  response.statusCode = 200;
  response.setHeader('Content-Type', contentType);
  response.setHeader('Cache-Control', 'no-cache, private');
  response.flushHeaders();
  return {
    send: (line) => void response.write(line),
    get backlog() {
      return response.writableLength;
    },
    drained: () =>
      new Promise((resolve) => {
        if (response.destroyed || !response.writableNeedDrain) return resolve();
        const done = () => {
          response.off('drain', done);
          response.off('close', done);
          resolve();
        };
        response.once('drain', done);
        response.once('close', done);
      }),
    end: () => response.end(),
    cut: () => response.destroy(),
    onClose: (run) => void response.on('close', run),
  };
}
