import { rm, stat } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { resolve } from 'node:path';
import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand, type FlagSpec } from '../command.ts';
import { defaultFilter, type Filter, makeFilter } from './filter.ts';

interface ProxyOptions {
  port: number;
  address: string;
  unixSocket: string;
  www: string;
  wwwPrefix: string;
  apiPrefix: string;
  filter: Filter | undefined;
  /** Milliseconds; 0 leaves it to the system. */
  keepalive: number;
  appendServerPath: boolean;
}

const defaultPort = 8001;

const text = (name: string, value: string, describe: string, short?: string): FlagSpec => ({
  name,
  type: 'string',
  default: value,
  describe,
  ...(short ? { short } : {}),
});

/** `kctl proxy`: the server's API on a port of this machine, with the user's credentials. */
export const proxyCommand = defineCommand<ProxyOptions>({
  flags: [
    text('accept-hosts', defaultFilter.acceptHosts, 'Hosts that may be asked for: regular expressions with commas.'),
    text('accept-paths', defaultFilter.acceptPaths, 'Paths that may be asked for: regular expressions with commas.'),
    text('address', '127.0.0.1', 'Address to listen on.'),
    text('api-prefix', '/', 'Path under which the API is served.'),
    {
      name: 'append-server-path',
      type: 'bool',
      default: false,
      describe: "Put the path of the kubeconfig's server in front.",
    },
    {
      name: 'disable-filter',
      type: 'bool',
      default: false,
      describe: 'Let every request pass. Any web page may then act as you.',
    },
    {
      name: 'keepalive',
      type: 'duration',
      default: '0s',
      describe: 'How often quiet connections are tested; 0 is as the system likes.',
    },
    {
      name: 'port',
      short: 'p',
      type: 'int',
      default: defaultPort,
      describe: 'Port to listen on; 0 takes any free one.',
    },
    text('reject-methods', defaultFilter.rejectMethods, 'Methods that are refused: regular expressions with commas.'),
    text('reject-paths', defaultFilter.rejectPaths, 'Paths that are refused, accepted or not.'),
    text('unix-socket', '', 'Listen on this socket instead of a port.', 'u'),
    text('www', '', 'Folder whose files are served too.', 'w'),
    text('www-prefix', '/static/', 'Path under which they are served.', 'P'),
  ],
  complete({ flags }, { io }) {
    const word = (name: string) => String(flags[name]);
    const slashed = (path: string) => (path.endsWith('/') ? path : `${path}/`);
    const on = (name: string) => flags[name] === true;
    return {
      port: Number(flags.port),
      address: word('address'),
      unixSocket: word('unix-socket') && resolve(io.cwd, word('unix-socket')),
      www: word('www') && resolve(io.cwd, word('www')),
      wwwPrefix: slashed(word('www-prefix')),
      apiPrefix: slashed(word('api-prefix')),
      filter: on('disable-filter')
        ? undefined
        : makeFilter({
            acceptPaths: word('accept-paths'),
            rejectPaths: word('reject-paths'),
            acceptHosts: word('accept-hosts'),
            rejectMethods: word('reject-methods'),
          }),
      keepalive: parseGoDuration(word('keepalive')),
      appendServerPath: on('append-server-path'),
    };
  },
  validate({ port, unixSocket }) {
    if (port !== defaultPort && unixSocket !== '') {
      throw new KctlError('usage', 'cannot set --unix-socket and --port at the same time');
    }
  },
  async run(options, context) {
    const { io, signal } = context;
    const { transport } = await context.connect();
    const say = (line: string) => io.stderr.write(`${line}\n`);
    const { pathname } = new URL(transport.server);
    await tellDangers(options, pathname, say);
    const { proxyServer } = await import('./server.ts');
    const server = proxyServer({
      transport,
      apiPrefix: options.apiPrefix,
      staticPrefix: options.wwwPrefix,
      staticDir: options.www,
      filter: options.filter,
      serverPath: options.appendServerPath ? pathname.replace(/\/$/, '') : '',
      onError: say,
    });
    if (options.keepalive > 0) server.on('connection', (socket) => socket.setKeepAlive(true, options.keepalive));
    const where = await listen(server, options);
    io.stdout.write(`Starting to serve on ${where}\n`);
    await untilStopped(server, signal);
  },
});

async function tellDangers(
  { filter, unixSocket, www, appendServerPath }: ProxyOptions,
  path: string,
  say: (line: string) => void,
): Promise<void> {
  if (!appendServerPath && path !== '/') {
    say(
      `Your kube context contains a server path ${path}, use --append-server-path to automatically append the path to each request`,
    );
  }
  if (!filter && unixSocket === '') {
    say('Request filter disabled, your proxy is vulnerable to XSRF attacks, please be cautious');
  }
  if (www === '') return;
  const facts = await stat(www).catch(() => undefined);
  if (!facts) say(`Failed to stat static file directory ${www}: stat ${www}: no such file or directory`);
  else if (!facts.isDirectory()) say(`Static file directory ${www} is not a directory`);
}

/** @returns the address as it is printed @throws KctlError in Go's words */
async function listen(server: Server, { address, port, unixSocket }: ProxyOptions): Promise<string> {
  if (port < 0 || port > 65_535) throw new KctlError('usage', `listen tcp: address ${port}: invalid port`);
  if (unixSocket !== '') await clearSocket(unixSocket);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, { address, port, unixSocket })));
    // Only the user may reach a socket until he opens it to others.
    const mask = unixSocket === '' ? undefined : process.umask(0o077);
    server.listen(unixSocket === '' ? { host: address.replace(/^\[|\]$/g, ''), port } : { path: unixSocket }, resolve);
    if (mask !== undefined) process.umask(mask);
  });
  const bound = server.address() as AddressInfo | string;
  if (typeof bound === 'string') return bound;
  return `${bound.address.includes(':') ? `[${bound.address}]` : bound.address}:${bound.port}`;
}

/** What another run left; anything but a socket stays. */
async function clearSocket(path: string): Promise<void> {
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isSocket()) await rm(path);
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'bind: address already in use',
  EADDRNOTAVAIL: 'bind: cannot assign requested address',
  EACCES: 'bind: permission denied',
  ENOENT: 'bind: no such file or directory',
};

function listenError(
  error: NodeJS.ErrnoException,
  { address, port, unixSocket }: Pick<ProxyOptions, 'address' | 'port' | 'unixSocket'>,
): KctlError {
  const where = unixSocket === '' ? `tcp ${address}:${port}` : `unix ${unixSocket}`;
  return new KctlError('conflict', `listen ${where}: ${reasons[error.code ?? ''] ?? error.message}`, { cause: error });
}

function untilStopped(server: Server, signal: AbortSignal): Promise<void> {
  // The server forgets connections that have left HTTP.
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return new Promise((resolve, reject) => {
    const stop = () => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    };
    server.once('error', reject);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
