import { IMAGE_FACTS_ROOT } from '../../api/image-facts.ts';
import { methodNotAllowed, noSuchResource, notFound } from '../errors.ts';
import { type Attributes, authorize, isAllowed } from './authorize.ts';
import { serveComponentStatuses } from './component-statuses.ts';
import type { Exchange } from './exchange.ts';
import { impersonated } from './impersonate.ts';
import { flagOf } from './list-options.ts';
import { metricsHandlers } from './metrics.ts';
import { pathHandlers } from './paths.ts';
import { checkProduced, producedBy } from './produced.ts';
import { parseResourcePath, type ResourceTarget } from './request-info.ts';
import { requestMetrics } from './request-metrics.ts';
import { sendText } from './respond.ts';
import { reviewHandlers } from './reviews.ts';
import { subresourceHandlers } from './subresources.ts';
import { patchVerb } from './verbs/patch.ts';
import { getVerb, listVerb } from './verbs/read.ts';
import { watchVerb } from './verbs/watch.ts';
import { createVerb, deleteCollectionVerb, deleteVerb, updateVerb } from './verbs/write.ts';
import { addWarning } from './warnings.ts';

type VerbHandler = (exchange: Exchange, target: ResourceTarget) => Promise<void>;

const verbHandlers: Readonly<Record<string, VerbHandler>> = {
  get: getVerb,
  list: listVerb,
  watch: watchVerb,
  create: createVerb,
  update: updateVerb,
  patch: patchVerb,
  delete: deleteVerb,
  deletecollection: deleteCollectionVerb,
};

/** Kinds that are answered, not stored. */
const unstoredHandlers: Readonly<Record<string, VerbHandler>> = {
  ...reviewHandlers,
  ...metricsHandlers,
  ComponentStatus: serveComponentStatuses,
};

/** Authorises a request and hands it to what serves its path. */
export async function dispatch(exchange: Exchange): Promise<void> {
  const { store, catalog } = exchange.context.machine;
  exchange.user = impersonated(exchange);
  const target = parseResourcePath(catalog, exchange.path);
  if (!target) return dispatchPath(exchange);
  const verb = verbOf(exchange, target);
  requestMetrics(exchange).follow(exchange, verb, target);
  authorize(store, exchange.user, { ...attributesOf(verb, target), ...selected(exchange, verb, target) });
  const handler = handlerFor(verb, target);
  const deprecation = target.resource.custom?.deprecation;
  if (deprecation) addWarning(exchange.response, deprecation);
  if (!target.resource.custom) checkProduced(exchange.request.headers.accept, producedBy(target.subresource ?? verb));
  await handler(exchange, target);
}

async function dispatchPath(exchange: Exchange): Promise<void> {
  const { path, user, context } = exchange;
  const attributes: Attributes = { verb: exchange.method.toLowerCase(), path };
  const handler = pathHandlers.get(path) ?? prefixHandler(path);
  const asResource = authorizeUnknown(exchange);
  if (!asResource && !isAllowed(context.machine.store, user, attributes))
    authorize(context.machine.store, user, attributes);
  if (!handler) return sendText(exchange.request, exchange.response, 404, '404 page not found\n');
  await handler(exchange);
}

/** A path that looks like a resource's is asked about as one, also where nothing is served there. */
function authorizeUnknown({ path, method, user, context }: Exchange): boolean {
  const [, group = '', version = '', scope, rest = ''] =
    /^\/(?:api|apis\/([^/]+))\/([^/]+)(?:\/namespaces\/([^/]+))?\/(.+)$/.exec(path) ?? [];
  const [resource = '', name, subresource] = rest.split('/');
  if (!resource) return false;
  const one = name !== undefined;
  const verb = method === 'GET' || method === 'HEAD' ? (one ? 'get' : 'list') : VERB_OF_METHOD[method];
  authorize(context.machine.store, user, {
    verb: verb ?? (one ? 'delete' : 'deletecollection'),
    group,
    version,
    resource,
    ...(scope ? { namespace: scope } : {}),
    ...(one ? { name } : {}),
    ...(subresource ? { subresource } : {}),
  });
  return true;
}

function prefixHandler(path: string) {
  const prefixes = ['/readyz/', '/livez/', '/healthz/', '/openapi/v3/', IMAGE_FACTS_ROOT, '/apis/', '/api/'];
  const prefix = prefixes.find((one) => path.startsWith(one));
  return prefix && pathHandlers.get(`${prefix}*`);
}

const VERB_OF_METHOD: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
};

/** Kubernetes' verb for the method and path. @throws ApiStatusError 405 */
function verbOf({ method, query }: Exchange, target: ResourceTarget): string {
  if (method === 'GET' || (method === 'HEAD' && target.subresource === 'proxy')) {
    if (target.watch) {
      if (target.subresource) throw noSuchResource();
      return 'watch';
    }
    if (target.name !== undefined) return 'get';
    return flagOf(query, 'watch') ? 'watch' : 'list';
  }
  if (target.watch) throw methodNotAllowed();
  if (method === 'DELETE') return target.name === undefined ? 'deletecollection' : 'delete';
  // A method of proxies alone that has no verb: only who may do anything may do it.
  if (method === 'OPTIONS' && target.name !== undefined && target.subresource === 'proxy') return '';
  const verb = VERB_OF_METHOD[method];
  if (!verb) throw methodNotAllowed();
  const onCollection = verb === 'create' && !target.subresource;
  if (onCollection !== (target.name === undefined)) throw methodNotAllowed();
  // Objects are made in their namespace.
  if (onCollection && target.resource.namespaced && target.namespace === undefined && !isReview(target)) {
    throw methodNotAllowed();
  }
  return verb;
}

const isReview = ({ resource }: ResourceTarget): boolean => !resource.custom && resource.kind in unstoredHandlers;

const MANY = new Set(['list', 'watch', 'deletecollection']);

/** Who selects one object by its name is asked about that one (apiserver, request/requestinfo.go). */
function selected({ query }: Exchange, verb: string, target: ResourceTarget): { name?: string } {
  if (target.name !== undefined || !MANY.has(verb)) return {};
  const [, name] = /(?:^|,)metadata\.name==?([^,=\\]+)(?:,|$)/.exec(query.get('fieldSelector') ?? '') ?? [];
  return name && name !== '.' && name !== '..' && !/[/%]/.test(name) ? { name } : {};
}

/** What authorisation is asked about a request to a resource. */
export function attributesOf(verb: string, target: ResourceTarget): Attributes {
  const { group, version, plural, subresource, name } = target;
  const namespace = target.resource.kind === 'Namespace' && group === '' ? target.name : target.namespace;
  return {
    verb,
    group,
    version,
    resource: plural,
    ...(subresource ? { subresource } : {}),
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
  };
}

const PARTS = new Set(['status', 'scale']);

function handlerFor(verb: string, target: ResourceTarget): VerbHandler {
  const { resource, subresource, name } = target;
  if (subresource) {
    const served = resource.subresources.find((one) => one.name === subresource);
    const handler = subresourceHandlers[subresource];
    // A kind that may have a status, and has none, has no object that does.
    if (!served && resource.custom && name !== undefined && PARTS.has(subresource)) throw notFound(resource, name);
    if (!served || !handler) throw noSuchResource();
    if (verb && !served.verbs.includes(verb)) throw methodNotAllowed();
    return handler;
  }
  if (!resource.verbs.includes(verb)) throw methodNotAllowed();
  const unstored = resource.custom ? undefined : unstoredHandlers[resource.kind];
  return unstored ?? verbHandlers[verb]!;
}
