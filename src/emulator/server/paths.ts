import { IMAGE_FACTS_ROOT } from '../../api/image-facts.ts';
import { CONTROL_ROOT } from '../control/call.ts';
import { noSuchResource } from '../errors.ts';
import { serveGroupList, serveGroupOrVersion, serveLegacyVersions } from './discovery.ts';
import type { Exchange } from './exchange.ts';
import { CHECKS, checksText, serveHealth } from './health.ts';
import { JSON_TYPE } from './negotiate.ts';
import { checkRoute } from './produced.ts';
import { sendBytes, sendJson, TEXT_TYPE } from './respond.ts';
import { versionInfo } from './version-info.ts';

type PathHandler = (exchange: Exchange) => Promise<void>;

/** What is no encoding of anything is taken as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const image: PathHandler = async (exchange) => {
  const reference = decoded(exchange.path.slice(IMAGE_FACTS_ROOT.length));
  const facts = exchange.context.images(reference);
  if (!facts) throw noSuchResource();
  await sendJson(exchange.request, exchange.response, 200, facts);
};

/** The schema documents are built by a module that only those who ask for them load. */
const openApi: PathHandler = async (exchange) => {
  const { serveOpenApi } = await import('./openapi.ts');
  await serveOpenApi(exchange);
};

const openApiV2: PathHandler = async (exchange) => {
  const { serveOpenApiV2 } = await import('./openapi-v2.ts');
  await serveOpenApiV2(exchange);
};

/** What steers the cluster is loaded by who steers. */
const control: PathHandler = async (exchange) => {
  const { serveControl } = await import('../control/serve.ts');
  await serveControl(exchange);
};

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';

/** In seconds since 1970, for who scrapes and must not take a new process for the old one. */
const startedAt = String(Math.floor(performance.timeOrigin / 1000));

function sendMetrics({ request, response }: Exchange, text: string): Promise<void> {
  response.setHeader('Process-Start-Time-Unix', startedAt);
  return sendBytes(request, response, 200, METRICS_TYPE, Buffer.from(text));
}

/** The process and what it has answered, for Prometheus; DELETE begins to count anew. */
const metrics: PathHandler = async (exchange) => {
  const { metricsText, requestMetrics } = await import('./request-metrics.ts');
  if (exchange.method === 'DELETE') {
    requestMetrics(exchange).reset();
    const { request, response } = exchange;
    return sendBytes(request, response, 200, TEXT_TYPE, Buffer.from('metrics reset\n'));
  }
  await sendMetrics(exchange, metricsText(exchange, versionInfo.gitVersion));
};

/** Whether each check passes, for those who count how long it did. */
const slis: PathHandler = (exchange) => sendMetrics(exchange, checksText(exchange));

const issuer: PathHandler = async (exchange) => {
  checkRoute(exchange, [JSON_TYPE]);
  await (await import('./issuer.ts')).serveIssuer(exchange);
};

const keySet: PathHandler = async (exchange) => {
  checkRoute(exchange, ['application/jwk-set+json']);
  await (await import('./issuer.ts')).serveKeySet(exchange);
};

const version: PathHandler = async (exchange) => {
  checkRoute(exchange, [JSON_TYPE]);
  // For people, whoever asks.
  const text = JSON.stringify(versionInfo, null, 2);
  await sendBytes(exchange.request, exchange.response, 200, JSON_TYPE, Buffer.from(text));
};

/** Paths with a name, not those of all that follows one. */
const isListed = (path: string): boolean => !path.endsWith('/') && !path.endsWith('*') && path !== '/index.html';

const root: PathHandler = ({ request, response, context }) => {
  const { catalog } = context.machine;
  const paths = new Set([...pathHandlers.keys()].filter((path) => isListed(path)).concat('/api/v1', '/apis/'));
  for (const [endpoint, checks] of Object.entries(CHECKS)) {
    for (const check of checks) paths.add(`/${endpoint}/${check}`);
  }
  for (const { group, version: served } of catalog.all()) {
    if (group) paths.add(`/apis/${group}`).add(`/apis/${group}/${served}`);
  }
  return sendJson(request, response, 200, { paths: [...paths].sort() });
};

/** What is served at paths that name no resource; `*` stands for whatever follows. */
export const pathHandlers: ReadonlyMap<string, PathHandler> = new Map<string, PathHandler>([
  ['/', root],
  ['/index.html', root],
  ['/version', version],
  ['/version/', version],
  ['/healthz', serveHealth],
  ['/livez', serveHealth],
  ['/readyz', serveHealth],
  ['/healthz/*', serveHealth],
  ['/livez/*', serveHealth],
  ['/readyz/*', serveHealth],
  ['/api', serveLegacyVersions],
  ['/api/', serveLegacyVersions],
  ['/apis', serveGroupList],
  ['/apis/', serveGroupList],
  ['/api/*', serveGroupOrVersion],
  ['/apis/*', serveGroupOrVersion],
  ['/metrics', metrics],
  ['/metrics/slis', slis],
  ['/.well-known/openid-configuration', issuer],
  ['/openid/v1/jwks', keySet],
  ['/openapi/v2', openApiV2],
  ['/openapi/v3', openApi],
  ['/openapi/v3/*', openApi],
  [`${IMAGE_FACTS_ROOT}*`, image],
  [`${CONTROL_ROOT}*`, control],
]);
