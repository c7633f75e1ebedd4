import { Duplex } from 'node:stream';
import type { KubeObject } from '../../api/meta.ts';
import type { ContainerSpec, Probe } from '../runtime/container.ts';
import { imageName, SHELL_IMAGES } from '../runtime/image-name.ts';

interface Peer {
  pod: string;
  container: ContainerSpec;
  port: number;
  now: () => number;
  /** What its file system has for a path, where somebody put something there. */
  page?: ((path: string) => Page | undefined) | undefined;
}

/** Takes what the client sent so far; returns the answer and what is left over, or undefined while the request is not whole. */
type Responder = (input: Buffer, peer: Peer) => { answer: Buffer; rest: Buffer; end?: boolean } | undefined;

const HEAD_END = Buffer.from('\r\n\r\n');
const LONGEST_HEAD = 64 * 1024;
/** Bodies are held whole and looked at by nobody. */
const LONGEST_BODY = 1024 * 1024;

export interface Page {
  type: string;
  body: string | Uint8Array;
  status?: string;
}

/** The page of a server of files, as far as its container's files are known; undefined: it is as the image left it. */
export type PageOf = (pod: KubeObject, container: ContainerSpec, path: string) => Page | undefined;

const welcome = ({ pod }: Peer): Page => ({
  type: 'text/html',
  body: `<!DOCTYPE html>
<html lang="en">
<head><title>It works</title></head>
<body>
<h1>It works</h1>
<p>This page comes from nginx in pod <code>${pod}</code>, as simulated by kctl.</p>
</body>
</html>
`,
});

const json = ({ pod, container, now }: Peer, method: string, path: string): Page => ({
  type: 'application/json',
  body: `${JSON.stringify(
    path === '/healthz'
      ? { status: 'ok' }
      : { service: container.name, pod, method, path, time: new Date(now()).toISOString() },
  )}\n`,
});

const plain = (body: string): Page => ({ type: 'text/plain', body });
const tagOf = ({ container: { image } }: Peer): string => /:v?([\w.-]+)$/.exec(image.split('@')[0]!)?.[1] ?? '1.0';

/** What the servers of the documentation's tutorials answer, whatever is asked. */
const tutorialPages: Readonly<Record<string, (peer: Peer, path: string) => Page>> = {
  'hello-app': (peer) =>
    plain(`Hello, world!\nVersion: ${tagOf(peer).replace(/^(\d+\.\d+)$/, '$1.0')}\nHostname: ${peer.pod}\n`),
  'node-hello': () => plain('Hello Kubernetes!'),
  'hpa-example': () => plain('OK!'),
  'kubernetes-bootcamp': (peer) =>
    plain(`Hello Kubernetes bootcamp! | Running on: ${peer.pod} | v=${tagOf(peer).replace(/^v/, '').split('.')[0]}\n`),
  'serve-hostname': ({ pod }) => plain(pod),
  agnhost: (peer, path) =>
    path === '/hostname' || peer.container.args?.[0] === 'serve-hostname'
      ? plain(peer.pod)
      : path === '/healthz'
        ? plain('ok')
        : plain(`NOW: ${new Date(peer.now()).toISOString().replace('T', ' ').replace('Z', '000000 +0000 UTC')}`),
};

const missing: Page = {
  type: 'text/html',
  body: '<html>\n<head><title>404 Not Found</title></head>\n</html>\n',
  status: '404 Not Found',
};

/** What servers of files have as their image leaves them; and where the simulated ones say how they are. */
const FILE_SERVERS = new Set(['nginx', 'nginx-slim', 'httpd', 'caddy', 'apache']);
const KNOWN_PATHS = new Set(['/', '/index.html', '/healthz', '/livez', '/readyz']);

/** 200, or 404 for a path that a server of files cannot have: nothing is mounted into it, and no command changes it. */
export function httpStatus({ image, command, args, volumeMounts }: ContainerSpec, path: string): 200 | 404 {
  if (!FILE_SERVERS.has(imageName(image)) || command || args || KNOWN_PATHS.has(path)) return 200;
  const isGiven = volumeMounts?.some(({ mountPath }) => !mountPath.startsWith('/var/run/secrets/'));
  return isGiven ? 200 : 404;
}

/** False for servers that speak something of their own. */
export const answersHttp = ({ image }: ContainerSpec): boolean => !Object.hasOwn(byImage, imageName(image));

const PAGE_IMAGES = new Set(['nginx', 'nginx-slim', 'httpd', 'web', 'caddy', 'apache']);

/** Says what is wrong, and nothing more. */
const refused = (status: string, body: string) => ({
  ...reply({ type: 'text/plain', body, status }, false, true),
  rest: Buffer.alloc(0),
});

/** What stands at the start of a request: else the client speaks something else, TLS for example. */
const REQUEST_START = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}( |$)/;

/** In the words of Go's net/http, which most programs in clusters answer with. */
const badRequest = {
  answer: Buffer.from(
    'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request',
  ),
  rest: Buffer.alloc(0),
  end: true,
};

const http: Responder = (input, peer) => {
  if (input.length > 0 && !REQUEST_START.test(input.subarray(0, 33).toString('latin1'))) return badRequest;
  const line = input.indexOf(10);
  if (line >= 0 && !/^\S+ \S+ HTTP\/1\.[01]\r?$/.test(input.subarray(0, line).toString('latin1'))) return badRequest;
  const end = input.indexOf(HEAD_END);
  if (end < 0) {
    if (input.length < LONGEST_HEAD) return undefined;
    return refused('431 Request Header Fields Too Large', 'request header too long\n');
  }
  const head = input.subarray(0, end).toString('latin1');
  const [method = '', target = '', version = ''] = head.split('\r\n', 1)[0]!.split(' ');
  const length = Number(head.match(/^content-length:\s*(\d+)/im)?.[1] ?? 0);
  if (length > LONGEST_BODY) return refused('413 Request Entity Too Large', 'request body too large\n');
  const total = end + HEAD_END.length + length;
  if (input.length < total) return undefined;
  const closes = /^connection:\s*close/im.test(head) || version === 'HTTP/1.0';
  const path = target.split('?')[0]!;
  const isPage = PAGE_IMAGES.has(imageName(peer.container.image));
  const page =
    peer.page?.(path) ??
    (httpStatus(peer.container, path) === 404
      ? missing
      : isPage && path !== '/healthz'
        ? welcome(peer)
        : (tutorialPages[imageName(peer.container.image)]?.(peer, path) ?? json(peer, method, path)));
  return { ...reply(page, method === 'HEAD', closes), rest: input.subarray(total) };
};

function reply(
  { type, body, status = '200 OK' }: Page,
  headOnly: boolean,
  end: boolean,
): { answer: Buffer; end: boolean } {
  const bytes = Buffer.from(body as string);
  const head = [
    `HTTP/1.1 ${status}`,
    'Server: kctl-simulated',
    `Content-Type: ${type}; charset=utf-8`,
    `Content-Length: ${bytes.length}`,
    `Connection: ${end ? 'close' : 'keep-alive'}`,
  ];
  return {
    answer: Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), headOnly ? Buffer.alloc(0) : bytes]),
    end,
  };
}

/** Fewer and shorter than a real server takes: nothing is kept here. */
const MOST_WORDS = 1024;
const LONGEST_WORD = 64 * 1024;
const LONGEST_COMMAND = 1024 * 1024;

const protocolError = (why: string) => ({
  answer: Buffer.from(`-ERR Protocol error: ${why}\r\n`),
  rest: Buffer.alloc(0),
  end: true,
});

/** A number after the sign that says what is counted; undefined where there is none from 0 to `most`. */
function countIn(line: Buffer, most: number): number | undefined {
  const text = line.toString('latin1');
  return /^\d{1,9}$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

/** Enough of RESP for a client to see that somebody is there. */
const redis: Responder = (input) => {
  const line = input.indexOf('\r\n');
  if (line < 0) return input.length > LONGEST_WORD ? protocolError('too big inline request') : undefined;
  let words: string[];
  let used = line + 2;
  if (input[0] === 0x2a) {
    const count = countIn(input.subarray(1, line), MOST_WORDS);
    if (count === undefined) return protocolError('invalid multibulk length');
    words = [];
    for (let index = 0; index < count; index++) {
      const end = input.indexOf('\r\n', used);
      if (end < 0) return input.length - used > 32 ? protocolError('too big bulk count string') : undefined;
      const length = countIn(input.subarray(used + 1, end), LONGEST_WORD);
      if (length === undefined || end + length > LONGEST_COMMAND) return protocolError('invalid bulk length');
      if (input.length < end + 2 + length + 2) return undefined;
      words.push(input.subarray(end + 2, end + 2 + length).toString());
      used = end + 2 + length + 2;
    }
  } else words = input.subarray(0, line).toString().trim().split(/\s+/);
  const verb = (words[0] ?? '').toUpperCase();
  const answers: Readonly<Record<string, string>> = {
    PING: words[1] ? `$${Buffer.byteLength(words[1])}\r\n${words[1]}\r\n` : '+PONG\r\n',
    QUIT: '+OK\r\n',
    GET: '$-1\r\n',
    DBSIZE: ':0\r\n',
  };
  const answer = answers[verb] ?? `-ERR unknown command '${words[0] ?? ''}'\r\n`;
  return { answer: Buffer.from(answer), rest: input.subarray(used), end: verb === 'QUIT' };
};

/** Any start of the PostgreSQL protocol is refused in its own words: SSL first, then the login. */
const postgres: Responder = (input) => {
  if (input.length < 8) return undefined;
  const length = input.readUInt32BE(0);
  if (length < 8 || length > 10_000) return { answer: Buffer.alloc(0), rest: Buffer.alloc(0), end: true };
  if (input.length < length) return undefined;
  if (input.readUInt32BE(4) === 80_877_103) return { answer: Buffer.from('N'), rest: input.subarray(length) };
  const fields = ['SFATAL', 'C57P03', 'Mthis database is simulated and takes no sessions', '']
    .map((field) => `${field}\0`)
    .join('');
  const body = Buffer.from(fields);
  const header = Buffer.alloc(5);
  header.write('E');
  header.writeUInt32BE(body.length + 4, 1);
  return { answer: Buffer.concat([header, body]), rest: Buffer.alloc(0), end: true };
};

const byImage: Readonly<Record<string, Responder>> = { redis, valkey: redis, postgres };

/** Where the programs of well-known images listen, also where a spec does not say so. */
const usualPorts: Readonly<Record<string, number>> = {
  nginx: 80,
  'nginx-slim': 80,
  'hello-app': 8080,
  'node-hello': 8080,
  'kubernetes-bootcamp': 8080,
  'hpa-example': 80,
  httpd: 80,
  caddy: 80,
  redis: 6379,
  valkey: 6379,
  postgres: 5432,
};

/** Where the program of a well-known image listens that nobody has told anything else. */
export const usualPort = ({ image, command, args }: ContainerSpec): number | undefined =>
  command || args ? undefined : usualPorts[imageName(image)];

const portOf = ({ httpGet, tcpSocket, grpc }: Probe): unknown => (httpGet ?? tcpSocket ?? grpc)?.port;

/**
 * True where a program of the container takes TCP connections on the port: where its ports say so, and where
 * its image says so (`exposed`) or is known to. Of other programs nobody here knows more than who wrote their probes.
 */
export function listens(container: ContainerSpec, port: number, exposed: readonly string[] = []): boolean {
  const { image, ports, startupProbe, readinessProbe, livenessProbe } = container;
  if (ports?.some(({ containerPort, protocol }) => containerPort === port && (protocol ?? 'TCP') === 'TCP'))
    return true;
  if (exposed.includes(`${port}/tcp`)) return true;
  const name = imageName(image);
  if (Object.hasOwn(usualPorts, name) || SHELL_IMAGES.has(name)) return usualPort(container) === port;
  return [startupProbe, readinessProbe, livenessProbe].some((probe) => probe && portOf(probe) === port);
}

/** Ports that the config of a container's image names, `8080/tcp`; undefined where nobody knows. */
export type ExposedPorts = (pod: KubeObject, container: ContainerSpec) => readonly string[] | undefined;

/**
 * One TCP connection to a container port of a running pod.
 * @throws Error with the kubelet's words when no container listens on the port
 */
export function connectPort(
  pod: KubeObject,
  port: number,
  now: () => number,
  { pageOf, exposed }: { pageOf?: PageOf | undefined; exposed?: ExposedPorts | undefined } = {},
): Duplex {
  const container = (pod['spec'].containers as ContainerSpec[]).find((one) => listens(one, port, exposed?.(pod, one)));
  if (!container) {
    throw new Error(
      `failed to execute portforward in network namespace "/var/run/netns/cni-${pod.metadata.uid}": failed to connect to localhost:${port} inside namespace "${pod.metadata.uid}", IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused`,
    );
  }
  const page =
    pageOf && FILE_SERVERS.has(imageName(container.image)) && !container.args
      ? (path: string) => pageOf(pod, container, path)
      : undefined;
  const peer: Peer = { pod: pod.metadata.name!, container, port, now, page };
  const respond = byImage[imageName(container.image)] ?? http;
  let pending: Buffer = Buffer.alloc(0);
  let isOver = false;
  return new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      // Who goes on talking after the last word is not heard.
      if (isOver) return done();
      pending = Buffer.concat([pending, chunk]);
      for (let result = respond(pending, peer); result; result = respond(pending, peer)) {
        pending = result.rest;
        this.push(result.answer);
        isOver = result.end === true;
        if (isOver) this.push(null);
        if (isOver || pending.length === 0) break;
      }
      done();
    },
    final(done) {
      if (!isOver) this.push(null);
      done();
    },
  });
}
