import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { isSystemError } from '../fs/errors.ts';
import { interruptible } from '../process/handle.ts';
import type { Process, Program } from '../process/process.ts';
import { cannotOpen, type Parsed, parseOptions, UsageFailure } from './options.ts';

/** What a transfer came to an end with, in numbers of curl(1). */
class TransferFailure extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

interface Fetch {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
  timeoutMs: number;
  /** PEM of an authority, or `any`. */
  trust: Buffer | 'any' | undefined;
}

const portOf = ({ port, protocol }: URL): number => Number(port || (protocol === 'https:' ? 443 : 80));

async function send(
  process: Process,
  { url, method, headers, body, timeoutMs, trust }: Fetch,
): Promise<{ response: IncomingMessage; address: string }> {
  const { network } = process.host;
  const host = network?.resolve(url.hostname.replace(/^\[|\]$/g, ''));
  if (!host || host.addresses.length === 0) throw new TransferFailure(6, `Could not resolve host: ${url.hostname}`);
  const address = host.addresses[Math.floor(process.host.random() * host.addresses.length)]!;
  const port = portOf(url);
  const link = await network!.connect(address, port);
  if ('refusal' in link) {
    if (link.refusal === 'timeout' || link.refusal === 'unreachable') {
      await process.sleep(Math.min(timeoutMs, 60_000));
      throw new TransferFailure(28, `Connection timed out after ${Math.min(timeoutMs, 60_000)} milliseconds`);
    }
    throw new TransferFailure(
      7,
      `Failed to connect to ${url.hostname} port ${port} after 0 ms: Could not connect to server`,
    );
  }
  const stream = url.protocol === 'https:' ? await secure(process, link.stream, url.hostname, trust) : link.stream;
  return interruptible(process.signal, (resolve, reject) => {
    const sent: ClientRequest = httpRequest({
      method,
      path: url.pathname + url.search,
      headers: { Host: url.host, ...headers, ...(body ? { 'Content-Length': String(body.length) } : {}) },
      // What pods answer with are streams, not sockets.
      createConnection: () => stream as never,
    });
    const timer = process.host.clock.after(timeoutMs, () => {
      reject(new TransferFailure(28, `Operation timed out after ${timeoutMs} milliseconds with 0 bytes received`));
      sent.destroy();
    });
    sent.on('response', (response) => {
      timer.cancel();
      resolve({ response, address });
    });
    sent.on('error', (error) => {
      timer.cancel();
      reject(
        new TransferFailure(
          52,
          /parse|HPE/i.test(String((error as NodeJS.ErrnoException).code))
            ? 'Received HTTP/0.9 when not allowed'
            : 'Empty reply from server',
        ),
      );
    });
    sent.end(body);
    return () => {
      timer.cancel();
      sent.destroy();
    };
  });
}

async function secure(process: Process, stream: Duplex, name: string, trust: Fetch['trust']): Promise<Duplex> {
  const { connect } = await import('node:tls');
  return interruptible(process.signal, (resolve, reject) => {
    const isAddress = /^[\d.]+$/.test(name);
    const socket = connect({
      socket: stream as never,
      ...(isAddress ? { host: name } : { servername: name }),
      rejectUnauthorized: trust !== 'any',
      ...(trust instanceof Buffer ? { ca: trust } : {}),
    });
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const isTrust = /CERT|SELF_SIGNED|ALTNAME|LEAF/.test(error.code ?? '');
      reject(
        isTrust
          ? new TransferFailure(60, 'SSL certificate problem: unable to get local issuer certificate')
          : new TransferFailure(35, 'TLS connect error: wrong version number'),
      );
    });
    return () => socket.destroy();
  });
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const YEAR_MS = 31_536_000_000;

function headersOf(values: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    values.map((line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()]),
  );
}

const asUrl = (text: string): URL => {
  try {
    return new URL(/^[a-z]+:\/\//.test(text) ? text : `http://${text}`);
  } catch {
    throw new TransferFailure(3, 'URL rejected: Malformed input to a URL function');
  }
};

const CURL_LONG = {
  silent: 's',
  'show-error': 'S',
  fail: 'f',
  location: 'L',
  head: 'I',
  include: 'i',
  insecure: 'k',
  verbose: 'v',
  output: 'o',
  request: 'X',
  header: 'H',
  data: 'd',
  'data-raw': 'd',
  'data-binary': 'd',
  user: 'u',
  'max-time': 'm',
  'write-out': 'w',
  cacert: 'E',
  'connect-timeout': 'T',
  'user-agent': 'A',
  json: 'j',
  'remote-name': 'O',
  'no-progress-meter': 's',
  url: 'U',
}; // prettier-ignore

const curl: Program = async (process, args) => {
  const options = parseOptions(args, 'sSfLIikvo:X:H:d:u:m:w:E:T:A:j:OgNU:', CURL_LONG);
  const urls = [...options.operands, ...options.values('U')];
  if (urls.length === 0) {
    await process.warn("curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n");
    return 2;
  }
  for (const text of urls) {
    try {
      await curlOne(process, options, text);
    } catch (error) {
      if (!(error instanceof TransferFailure)) throw error;
      if (!options.has('s') || options.has('S')) await process.warn(`curl: (${error.code}) ${error.message}\n`);
      if (options.value('w'))
        await writeOut(process, options.value('w')!, { code: 0, bytes: 0, address: '', url: text });
      return error.code;
    }
  }
  return 0;
};

function trustOf(process: Process, options: Parsed): Fetch['trust'] {
  if (options.has('k')) return 'any';
  const path = options.value('E');
  if (path === undefined) return undefined;
  try {
    return Buffer.from(process.files.readFile(path));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new TransferFailure(77, `error adding trust anchors from file: ${path}`);
  }
}

async function curlOne(process: Process, options: Parsed, text: string): Promise<void> {
  let url = asUrl(text);
  if (!/^https?:$/.test(url.protocol))
    throw new TransferFailure(1, `Protocol "${url.protocol.slice(0, -1)}" not supported`);
  const json = options.value('j');
  const data = [...options.values('d'), ...(json === undefined ? [] : [json])].map((one) =>
    one.startsWith('@') ? Buffer.from(process.files.readFile(one.slice(1))).toString() : one,
  );
  const body = data.length > 0 ? Buffer.from(data.join('&')) : undefined;
  const user = options.value('u') ?? (url.username ? `${url.username}:${url.password}` : undefined);
  const headers = {
    'User-Agent': options.value('A') ?? 'curl/8.11.0',
    Accept: json === undefined ? '*/*' : 'application/json',
    ...(body ? { 'Content-Type': json === undefined ? 'application/x-www-form-urlencoded' : 'application/json' } : {}),
    ...(user ? { Authorization: `Basic ${Buffer.from(user).toString('base64')}` } : {}),
    ...headersOf(options.values('H')),
  };
  const seconds = Number(options.value('m') ?? options.value('T') ?? 0);
  let method = options.value('X') ?? (options.has('I') ? 'HEAD' : body ? 'POST' : 'GET');
  for (let hops = 0; ; hops++) {
    if (options.has('v'))
      await process.warn(
        `* Connected to ${url.hostname} port ${portOf(url)}\n> ${method} ${url.pathname}${url.search} HTTP/1.1\n> Host: ${url.host}\n${Object.entries(
          headers,
        )
          .map(([name, value]) => `> ${name}: ${value}\n`)
          .join('')}> \n`,
      );
    const { response, address } = await send(process, {
      url,
      method,
      headers,
      body,
      timeoutMs: seconds > 0 ? seconds * 1000 : YEAR_MS,
      trust: trustOf(process, options),
    });
    const code = response.statusCode ?? 0;
    const head = `HTTP/${response.httpVersion} ${code} ${response.statusMessage}\r\n${pairs(response.rawHeaders)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`;
    if (options.has('v')) await process.warn(head.replace(/^/gm, '< ').replace(/< $/, ''));
    const target = response.headers.location;
    if (options.has('L') && REDIRECTS.has(code) && target && hops < 50) {
      response.resume();
      url = new URL(target, url);
      if (code <= 303 && method !== 'HEAD') method = 'GET';
      continue;
    }
    if (options.has('f') && code >= 400) {
      response.destroy();
      throw new TransferFailure(22, `The requested URL returned error: ${code}`);
    }
    const name = options.value('o') ?? (options.has('O') ? url.pathname.split('/').at(-1) || undefined : undefined);
    const chunks: Buffer[] = [];
    if (options.has('I') || options.has('i')) await (name ? chunks.push(Buffer.from(head)) : process.print(head));
    let bytes = 0;
    for await (const chunk of response) {
      process.signal.throwIfAborted();
      bytes += (chunk as Buffer).length;
      if (name) chunks.push(chunk as Buffer);
      else await process.print(chunk as Buffer);
    }
    if (name === '/dev/null') chunks.length = 0;
    else if (name) process.files.writeFile(name, Buffer.concat(chunks));
    if (options.value('w')) await writeOut(process, options.value('w')!, { code, bytes, address, url: String(url) });
    return;
  }
}

function pairs(raw: readonly string[]): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [raw[index * 2]!, raw[index * 2 + 1]!]);
}

async function writeOut(
  process: Process,
  format: string,
  { code, bytes, address, url }: { code: number; bytes: number; address: string; url: string },
): Promise<void> {
  const values: Readonly<Record<string, string>> = {
    http_code: String(code).padStart(3, '0'),
    response_code: String(code).padStart(3, '0'),
    size_download: String(bytes),
    remote_ip: address,
    url_effective: url,
    time_total: '0.001000',
  };
  await process.print(
    format
      .replace(/%\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
      .replaceAll('\\n', '\n')
      .replaceAll('\\t', '\t')
      .replaceAll('\\r', '\r'),
  );
}

const wget: Program = async (process, args) => {
  const options = parseOptions(args, 'qO:ST:t:U:cP:sY:H:kd:', {
    quiet: 'q',
    'output-document': 'O',
    'server-response': 'S',
    timeout: 'T',
    tries: 't',
    spider: 's',
    header: 'H',
    'no-check-certificate': 'k',
    'post-data': 'd',
  });
  const [text] = options.operands;
  if (text === undefined) throw new UsageFailure('missing URL');
  let url: URL;
  try {
    url = asUrl(text);
    const seconds = Number(options.value('T') ?? 0);
    if (!options.has('q')) {
      const host = process.host.network?.resolve(url.hostname);
      await process.warn(
        `Connecting to ${url.hostname}${url.port ? `:${url.port}` : ''} (${host?.addresses[0] ?? '?'}:${portOf(url)})\n`,
      );
    }
    const { response } = await send(process, {
      url,
      method: options.has('s') ? 'HEAD' : options.has('d') ? 'POST' : 'GET',
      headers: { 'User-Agent': options.value('U') ?? 'Wget', ...headersOf(options.values('H')) },
      body: options.has('d') ? Buffer.from(options.value('d')!) : undefined,
      timeoutMs: seconds > 0 ? seconds * 1000 : YEAR_MS,
      trust: 'any',
    });
    const code = response.statusCode ?? 0;
    if (options.has('S')) await process.warn(`  HTTP/1.1 ${code} ${response.statusMessage}\n`);
    if (code >= 400) {
      response.destroy();
      return process.fail(`server returned error: HTTP/1.1 ${code} ${response.statusMessage}`);
    }
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    if (options.has('s')) {
      if (!options.has('q')) await process.warn('remote file exists\n');
      return 0;
    }
    const content = Buffer.concat(chunks);
    const name = options.value('O') ?? (url.pathname.split('/').at(-1) || 'index.html');
    if (name === '-') await process.print(content);
    else {
      if (!options.has('O') && process.files.find(name)) return process.fail(`can't open '${name}': File exists`);
      try {
        process.files.writeFile(name, content);
      } catch (error) {
        if (!isSystemError(error)) throw error;
        return process.fail(cannotOpen(process, name, error));
      }
      if (!options.has('q'))
        await process.warn(
          `saving to '${name}'\n${name.padEnd(20)} 100% |********************************| ${String(content.length).padStart(5)}  0:00:00 ETA\n'${name}' saved\n`,
        );
    }
    return 0;
  } catch (error) {
    if (!(error instanceof TransferFailure)) throw error;
    const said: Readonly<Record<number, string>> = {
      6: `bad address '${new URL(/:\/\//.test(text) ? text : `http://${text}`).hostname}'`,
      7: `can't connect to remote host (${process.host.network?.resolve(asUrl(text).hostname)?.addresses[0] ?? ''}): Connection refused`,
      28: 'download timed out',
    };
    return process.fail(said[error.code] ?? error.message);
  }
};

export const netCommands: Readonly<Record<string, Program>> = { curl, wget };
