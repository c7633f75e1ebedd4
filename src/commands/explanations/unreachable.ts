import { isIP } from 'node:net';
import { clusterFiles, clusterNames, contextNameOf, DEFAULT_CLUSTER, readRecord } from '../cluster/cluster-files.ts';
import { isLocked } from '../shared/process-lock.ts';
import { type ConnectionSource, connectionSource, proxyText } from './connection-facts.ts';
import type { Asked, Said } from './explanation.ts';
import { explainCertificate } from './server-certificate.ts';

/** What was tried, on whose word, and how far it got. */
export async function* explainUnreachable(asked: Asked): AsyncGenerator<Said> {
  const source = await connectionSource(asked);
  const { config, server } = source;
  const { message } = asked.error;
  if (config.clusterName === '' && !asked.globals.server && !asked.io.env['KUBERNETES_MASTER']) {
    yield* nothingNamed(source, asked);
    return;
  }
  const place = source.clusterFile === undefined ? '' : `cluster ${config.clusterName} in ${source.clusterFile}`;
  const chosen = asked.globals.context ? ' (--context)' : '';
  const entry = config.contextName === '' || place === '' ? place : `context ${config.contextName}${chosen}, ${place}`;
  if (asked.globals.server) yield `Tried ${server}, as --server says${entry ? `; the rest is from ${entry}` : ''}.`;
  else yield `Tried ${server}${entry ? `: ${entry}` : ''}.`;
  const proxy = proxyText(source);
  if (proxy !== undefined) yield `By way of ${proxy}: it is the proxy that has to reach the server.`;
  const isOwn = yield* bundledCluster(source, asked);
  if (isOwn) return;
  if (proxy === undefined) yield* resolved(source, asked);
  yield* explainWords(message, source, asked);
}

/** Why it was localhost:8080, where nobody's cluster is. */
function* nothingNamed({ kubeconfig, server, isUnset }: ConnectionSource, { tool }: Asked): Generator<Said> {
  const files = kubeconfig.shown.join(', ');
  const contexts = [...kubeconfig.contexts.keys()];
  if (isUnset) {
    yield `Nothing names a cluster: ${files} ${kubeconfig.shown.length === 1 ? 'is' : 'are'} not there or empty, and there is no --server. So ${server} was tried, which is what is left. A cluster to try things on:`;
    yield { command: `${tool} cluster start` };
  } else if (contexts.length > 0) {
    yield `No context is chosen in ${files}, so ${server} was tried, which is what is left. Choose one:`;
    yield { command: `${tool} config use-context ${contexts[0]}` };
  } else yield `${files} names no cluster, so ${server} was tried, which is what is left.`;
}

type Look = (source: ConnectionSource, asked: Asked) => AsyncIterable<Said> | Iterable<Said>;

/** By what the connection ended with: what to look at. */
const looks: readonly [words: RegExp, look: Look][] = [
  [/was refused/, refused],
  [/x509: |failed to verify certificate/, explainCertificate],
  [
    /i\/o timeout|context deadline exceeded|Client\.Timeout|no route to host|network is unreachable/,
    ({ server }, { globals }) => [
      globals['request-timeout'] && globals['request-timeout'] !== '0'
        ? `Nothing came within the ${globals['request-timeout']} of --request-timeout.`
        : `No answer came from ${new URL(server).host}.`,
      'Is the VPN up, and the network the one that you think? A firewall that drops packets looks like this, and so does a cluster that was deleted or moved.',
    ],
  ],
  [
    /gave HTTP response to HTTPS client/,
    ({ server }) => [`Whatever listens at ${new URL(server).host} speaks no TLS: it may be another program.`],
  ],
  [
    /remote error: tls: /,
    ({ config }) => [
      `The server ended the handshake: it does not like the client certificate of user ${config.userName || '(none)'}, or the protocol.`,
    ],
  ],
  [
    /: EOF|connection reset/,
    () => [
      'Something took the connection and closed it: a load balancer without a server behind it, or a server that is just starting.',
    ],
  ],
];

function explainWords(message: string, source: ConnectionSource, asked: Asked): AsyncIterable<Said> | Iterable<Said> {
  return looks.find(([words]) => words.test(message))?.[1](source, asked) ?? [];
}

function* refused({ server }: ConnectionSource): Generator<Said> {
  const { hostname, host } = new URL(server);
  const isHere = /^(localhost|127\.|\[::1\])/.test(hostname);
  yield isHere
    ? `Nothing listens at ${host} on this machine: a local cluster that is not started, or a tunnel that is not open.`
    : `The machine answers, and says that nothing listens at that port: the API server is down, or listens elsewhere.`;
}

/** What the name stands for, or that it stands for nothing. */
async function* resolved({ server }: ConnectionSource, { error }: Asked): AsyncGenerator<Said> {
  const name = new URL(server).hostname.replace(/^\[|\]$/g, '');
  if (isIP(name) !== 0 || name === 'localhost') return;
  if (/no such host/.test(error.message)) {
    yield `The name ${name} is unknown to the resolver of this machine: a typing error, a private name that only a VPN or another network knows, or a cluster that is gone.`;
    return;
  }
  if (/name resolution/.test(error.message)) {
    yield 'No name server answers: is this machine online?';
    return;
  }
  const { lookup } = await import('node:dns/promises');
  const found = await lookup(name, { all: true }).catch(() => []);
  if (found.length > 0) yield `${name} is ${found.map(({ address }) => address).join(', ')}.`;
}

/** Whether it is a cluster of this program that does not run, or runs at another port by now. */
async function* bundledCluster(
  { server, config }: ConnectionSource,
  { io, tool }: Asked,
): AsyncGenerator<Said, boolean> {
  for (const name of clusterNames(io.env)) {
    const files = clusterFiles(io.env, name);
    const record = readRecord(files);
    const isIt = record?.url === server || (record && config.clusterName === contextNameOf(name) && isLocal(server));
    if (!record || !isIt) continue;
    const flag = name === DEFAULT_CLUSTER ? '' : ` --name ${name}`;
    if (await isLocked(files.lock)) {
      if (record.url === server) {
        yield `That is the bundled cluster ${name}, which runs (process ${record.pid}) and does not answer. Its log: ${files.log}`;
        return true;
      }
      yield `The bundled cluster ${name} runs at ${record.url} by now. A kubeconfig that says so:`;
      yield { command: `${tool} cluster kubeconfig${flag}` };
      return true;
    }
    yield `That is the bundled cluster ${name}, which is stopped. It keeps what was in it:`;
    yield { command: `${tool} cluster start${flag}` };
    return true;
  }
  return false;
}

const isLocal = (server: string): boolean => /^(localhost|127\.|\[::1\])/.test(new URL(server).hostname);
