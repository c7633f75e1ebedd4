import { IMAGE_FACTS_ROOT } from '../../api/image-facts.ts';
import { noSuchResource } from '../errors.ts';
import { serveGroupList, serveGroupOrVersion, serveLegacyVersions } from './discovery.ts';
import type { Exchange } from './exchange.ts';
import { serveHealth } from './health.ts';
import { sendJson, sendText } from './respond.ts';
import { versionInfo } from './version-info.ts';

type PathHandler = (exchange: Exchange) => Promise<void>;

const image: PathHandler = async (exchange) => {
  const reference = decodeURIComponent(exchange.path.slice(IMAGE_FACTS_ROOT.length));
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

const version: PathHandler = ({ request, response }) => sendJson(request, response, 200, versionInfo);

const root: PathHandler = ({ request, response, context }) => {
  const { catalog } = context.machine;
  const paths = new Set([
    '/api',
    '/api/v1',
    '/apis',
    '/healthz',
    '/livez',
    '/openapi/v2',
    '/openapi/v3',
    '/readyz',
    '/version',
  ]);
  for (const { group, version: served } of catalog.all()) {
    if (group) paths.add(`/apis/${group}`).add(`/apis/${group}/${served}`);
  }
  return sendJson(request, response, 200, { paths: [...paths].sort() });
};

/** What is served at paths that name no resource; `*` stands for whatever follows. */
export const pathHandlers: ReadonlyMap<string, PathHandler> = new Map<string, PathHandler>([
  ['/', root],
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
  ['/openapi/v2', openApiV2],
  ['/openapi/v3', openApi],
  ['/openapi/v3/*', openApi],
  [`${IMAGE_FACTS_ROOT}*`, image],
  ['/robots.txt', ({ request, response }) => sendText(request, response, 200, 'User-agent: *\nDisallow: /\n')],
]);
