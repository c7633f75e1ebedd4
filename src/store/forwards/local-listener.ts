import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** An open local port. */
export interface LocalListener {
  port: number;
  /** Also ends the connections it accepted. */
  close(): void;
}

/** Opens a port, 0 for any free one. Rejects with the system's error (`code` EADDRINUSE, EACCES, ...). */
export type Listen = (address: string, port: number, connected: (socket: Duplex) => void) => Promise<LocalListener>;

/** Bytes that may wait for a client before its pod has to. */
const WAITING = 1024 * 1024;

/** Real TCP ports. */
export const listenTcp: Listen = (address, port, connected) =>
  new Promise((resolve, reject) => {
    const sockets = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true, noDelay: true, highWaterMark: WAITING }, (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      connected(socket);
    });
    server.once('error', reject);
    server.listen({ host: address, port, exclusive: true }, () => {
      server.off('error', reject);
      const bound = server.address();
      resolve({
        port: typeof bound === 'object' && bound ? bound.port : port,
        close() {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      });
    });
  });
