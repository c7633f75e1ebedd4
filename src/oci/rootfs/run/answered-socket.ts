import { chmodSync, closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';

/** What this process has open, by number; only Linux has that. */
const OPENED = '/proc/self/fd';

/** A socket in the file system on which this process answers. */
interface AnsweredSocket extends AsyncDisposable {
  /** On this machine. */
  file: string;
  /** The same for programs that connect to it, whose names are limited, too; short where the system can do that. */
  shortFile: string;
}

/**
 * Listens in a folder.
 * @param connect gets who connects
 */
export async function answerIn(folder: string, connect: (client: Socket) => void): Promise<AnsweredSocket> {
  const place = mkdtempSync(join(folder, 'socket-'));
  // The name of a socket has at most 107 bytes (unix(7)): by the open folder it is short, however deep that is.
  const opened = openSync(place, 'r');
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
    client.on('error', () => client.destroy());
    connect(client);
  });
  const end = async () => {
    for (const client of clients) client.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
    closeSync(opened);
    rmSync(place, { recursive: true, force: true });
  };
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(existsSync(OPENED) ? `${OPENED}/${opened}/socket` : join(place, 'socket'), resolve);
    });
  } catch (error) {
    await end();
    throw error;
  }
  const file = join(place, 'socket');
  chmodSync(file, 0o600);
  const shortFile = existsSync(OPENED) ? `/proc/${process.pid}/fd/${opened}/socket` : file;
  return { file, shortFile, [Symbol.asyncDispose]: end };
}
