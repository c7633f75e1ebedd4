import type { Listen } from './local-listener.ts';

/**
 * Local ports to try, best first: the same number, its neighbours, any. Privileged ports are met 8000 higher,
 * so that the URL is the same for every user and root does not take a port 80 that others may want.
 */
export function localCandidates(remote: number): number[] {
  const base = remote < 1024 ? remote + 8000 : remote;
  const near = Array.from({ length: 20 }, (_, index) => base + index).filter((port) => port <= 65_535);
  return [...near, 0];
}

/**
 * Takes the first of `candidates` that can be opened where no port is asked for; then that one for further addresses.
 * `also` tells of further addresses on which a port has to be free, so that `localhost` means one program.
 */
export function listenNear(candidates: readonly number[], listen: Listen, also: readonly string[] = []): Listen {
  return async (address, port, connected) => {
    if (port !== 0) return listen(address, port, connected);
    let failure: unknown;
    for (const candidate of candidates) {
      try {
        const listener = await listen(address, candidate, connected);
        if (await isFreeOn(also, listener.port, listen)) return listener;
        listener.close();
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
        failure = error;
      }
    }
    throw failure ?? Object.assign(new Error('no local port is free'), { code: 'EADDRINUSE', syscall: 'listen' });
  };
}

async function isFreeOn(addresses: readonly string[], port: number, listen: Listen): Promise<boolean> {
  for (const address of addresses) {
    try {
      (await listen(address, port, (socket) => socket.destroy())).close();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    }
  }
  return true;
}

/**
 * The port that a forward to `remote` would get now: for showing it beforehand. Another program may take it before
 * the forward does.
 */
export async function freeLocalPort(remote: number, addresses: readonly string[], listen: Listen): Promise<number> {
  const [first = '127.0.0.1', ...rest] = addresses;
  const near = listenNear(localCandidates(remote), listen, rest);
  const listener = await near(first, 0, (socket) => socket.destroy());
  listener.close();
  return listener.port;
}
