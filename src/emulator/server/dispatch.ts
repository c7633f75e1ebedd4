import { IMAGE_FACTS_ROOT } from '../../api/image-facts.ts';
import { ApiStatusError, isApiError } from '../../api/status.ts';
import { CONTROL_ROOT } from '../control/call.ts';
import { badRequest, failure, methodNotAllowed, noSuchResource, notFound } from '../errors.ts';
import { type Attributes, authorize } from './authorize.ts';
import { serveComponentStatuses } from './component-statuses.ts';
import { deprecationOf } from './deprecations.ts';
import type { Exchange } from './exchange.ts';
import { tellFlow } from './flow-headers.ts';
import { impersonated } from './impersonate.ts';
import { flagOf } from './list-options.ts';
import { metricsHandlers } from './metrics.ts';
import { pathHandlers } from './paths.ts';
import { checkProduced, producedBy } from './produced.ts';
import { parseResourcePath, partsOf, type ResourceTarget } from './request-info.ts';
import { requestMetrics } from './request-metrics.ts';
import { sendText } from './respond.ts';
import { reviewHandlers } from './reviews.ts';
import { serveBinding } from './subresources/pod-actions.ts';
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
  Binding: serveBinding,
};

/** Authorises a request and hands it to what serves its path. */
export async function dispatch(exchange: Exchange): Promise<void> {
  const { store } = exchange.context.machine;
  if (/^\/(api|apis\/[^/]+)\/[^/]+\/watch\/?$/.test(exchange.path)) return noKind(exchange);
  refusing(exchange, () => {
    exchange.user = impersonated(exchange, () => askedFor(exchange));
  });
  const target = targetOf(exchange);
  if (!target) return dispatchPath(exchange);
  const verb = verbOf(exchange, target);
  requestMetrics(exchange).follow(exchange, verb, target);
  const attributes = { ...attributesOf(verb, target), ...selected(exchange, verb, target) };
  tellFlow(exchange, attributes);
  refusing(exchange, () => authorize(store, exchange.user, attributes));
  if (await meetsFault(exchange, target, verb)) return;
  if (lacksNamespace(target, verb)) return sendText(exchange.request, exchange.response, 404, NO_PAGE);
  checkMethod(exchange, target, verb);
  const handler = handlerFor(verb, target);
  checkName(target, verb);
  const deprecation = deprecationOf(target.resource);
  if (deprecation) addWarning(exchange.response, deprecation);
  if (!target.resource.custom) checkProduced(exchange.request.headers.accept, producedBy(target.subresource ?? verb));
  await handler(exchange, target);
}

/** True when a fault that users have set has cut the connection. @throws ApiStatusError what one answers */
export async function meetsFault(exchange: Exchange, target: ResourceTarget, verb: string): Promise<boolean> {
  const rules = exchange.context.faults.requests;
  return rules !== undefined && (await import('../faults/requests.ts')).meetFaults(rules, exchange, target, verb);
}

/** What the authoriser refuses is not to be taken for anything but text (apiserver, responsewriters.Forbidden). */
function refusing({ response }: Exchange, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (isApiError(error, 'Forbidden')) response.setHeader('X-Content-Type-Options', 'nosniff');
    throw error;
  }
}

/** Who may not ask for a resource is not told that it is not there. @throws ApiStatusError 403, 404 */
function targetOf(exchange: Exchange): ResourceTarget | undefined {
  try {
    return parseResourcePath(exchange.context.machine.catalog, exchange.path);
  } catch (error) {
    authorizeUnknown(exchange);
    // What serves custom resources leaves the rest to whom nothing is known to.
    if (isApiError(error, 'NotFound') && isCustomPath(exchange)) return undefined;
    throw error;
  }
}

const NO_PAGE = '404 page not found\n';

/** Across namespaces custom resources can only be read (apiextensions-apiserver, customresource_handler.go). */
const lacksNamespace = ({ resource, namespace }: ResourceTarget, verb: string): boolean =>
  resource.custom !== undefined && resource.namespaced && !namespace && verb !== 'list' && verb !== 'watch';

function isCustomPath({ context, path }: Exchange): boolean {
  const [, group, version] = partsOf(path);
  const own = context.machine.catalog.all().filter((one) => one.group === group && one.version === version);
  return own.length > 0 && own.every(({ custom }) => custom);
}

async function dispatchPath(exchange: Exchange): Promise<void> {
  const { path, user, context } = exchange;
  const attributes: Attributes = { verb: exchange.method.toLowerCase(), path };
  const handler = pathHandlers.get(path) ?? prefixHandler(path);
  if (!authorizeUnknown(exchange)) {
    tellFlow(exchange, attributes);
    refusing(exchange, () => authorize(context.machine.store, user, attributes));
  }
  if (!handler) return sendText(exchange.request, exchange.response, 404, NO_PAGE);
  await handler(exchange);
}

/** A path that looks like a resource's is asked about as one, also where nothing is served there. */
function authorizeUnknown(exchange: Exchange): boolean {
  const { path, method, user, context } = exchange;
  const [, group = '', version = '', scope, rest = ''] =
    /^\/(?:api|apis\/([^/]+))\/([^/]+)(?:\/namespaces\/([^/]+))?\/(.+)$/.exec(path) ?? [];
  const [resource = '', name, subresource] = rest.split('/');
  if (!resource) return false;
  const one = name !== undefined;
  const wanted = method === 'GET' || method === 'HEAD' ? (one ? 'get' : 'list') : VERB_OF_METHOD[method];
  const verb = wanted ?? (method === 'DELETE' ? (one ? 'delete' : 'deletecollection') : '');
  const attributes: Attributes = {
    verb,
    group,
    version,
    resource,
    ...(scope ? { namespace: scope } : {}),
    ...(one ? { name } : {}),
    ...(subresource ? { subresource } : {}),
  };
  tellFlow(exchange, attributes);
  refusing(exchange, () => authorize(context.machine.store, user, attributes));
  return true;
}

/** The old prefix of watches with nothing to watch (apiserver, request/requestinfo.go). */
function noKind({ path, response }: Exchange): void {
  const why = `unable to determine kind and namespace from url, ${path}`;
  response.statusCode = 500;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.end(`Internal Server Error: ${JSON.stringify(path)}: failed to create RequestInfo: ${why}\n`);
}

function prefixHandler(path: string) {
  const prefixes = [
    '/readyz/',
    '/livez/',
    '/healthz/',
    '/openapi/v3/',
    IMAGE_FACTS_ROOT,
    CONTROL_ROOT,
    '/apis/',
    '/api/',
  ];
  const prefix = prefixes.find((one) => path.startsWith(one));
  return prefix && pathHandlers.get(`${prefix}*`);
}

const VERB_OF_METHOD: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
};

/** Kubernetes' verb for the method and path, '' where it has none (apiserver, request/requestinfo.go). */
function verbOf({ method, query }: Exchange, { name, watch, subresource }: ResourceTarget): string {
  const one = name !== undefined;
  if (method === 'GET' || method === 'HEAD') {
    if (watch && !subresource) return 'watch';
    if (one) return 'get';
    return flagOf(query, 'watch') ? 'watch' : 'list';
  }
  if (method === 'DELETE') return one ? 'delete' : 'deletecollection';
  return VERB_OF_METHOD[method] ?? '';
}

const OF_ONE = ['get', 'update', 'patch', 'delete'];

/** Refuses a method that the path has no route for. @throws ApiStatusError 404, 405 */
function checkMethod({ method }: Exchange, target: ResourceTarget, verb: string): void {
  const { resource, subresource, name, watch } = target;
  const one = name !== undefined;
  if (one && !subresource && !OF_ONE.some((single) => resource.verbs.includes(single))) throw noSuchResource();
  if (watch) {
    if (method !== 'GET') throw methodNotAllowed();
    if (subresource) throw noSuchResource();
    return;
  }
  if (subresource === 'proxy') {
    if (verb || method === 'OPTIONS') return;
    throw methodNotAllowed();
  }
  if (resource.custom) {
    checkCustomMethod(target, verb);
    return;
  }
  if (!verb || method === 'HEAD') throw methodNotAllowed();
  if (method === 'GET') return;
  const onCollection = verb === 'deletecollection' || (verb === 'create' && !subresource);
  if (onCollection === one) throw methodNotAllowed();
  // Objects are made in their namespace, and many deleted in one.
  const everywhere = resource.namespaced && target.namespace === undefined && !target.anyNamespace;
  if (onCollection && everywhere && !isReview(target)) throw methodNotAllowed();
}

/** Custom resources are all served by one route, which looks at the method itself (apiextensions-apiserver, customresource_handler.go). */
function checkCustomMethod(
  { resource, subresource, name, namespace, anyNamespace }: ResourceTarget,
  verb: string,
): void {
  const { group, plural } = resource;
  if (!verb) {
    const message = ` is not supported on resources of kind "${plural}.${group}"`;
    throw new ApiStatusError(failure(405, 'MethodNotAllowed', message, { group, kind: plural }));
  }
  if (name === undefined && (verb === 'update' || verb === 'patch')) throw badRequest('name must be provided');
  if (subresource && !resource.subresources.some((one) => one.name === subresource))
    throw notFound(resource, name ?? '');
  const everywhere = resource.namespaced && namespace === undefined && !anyNamespace;
  if (everywhere && (verb === 'create' || verb === 'deletecollection')) throw methodNotAllowed();
}

/** What cannot be in a path, cannot be looked for in the store. @throws ApiStatusError 400 */
function checkName({ name, subresource, resource, namespace, anyNamespace }: ResourceTarget, verb: string): void {
  if (name === '') throw badRequest('name must be provided');
  if (
    anyNamespace &&
    resource.namespaced &&
    namespace === undefined &&
    (name !== undefined || verb === 'deletecollection')
  ) {
    throw badRequest('Namespace parameter required.');
  }
  if (name === undefined || subresource === 'proxy') return;
  const problems = name === '.' || name === '..' ? [`may not be '${name}'`] : [];
  for (const part of ['/', '%']) if (name.includes(part)) problems.push(`may not contain '${part}'`);
  if (problems.length === 0) return;
  throw badRequest(`Name parameter invalid: ${JSON.stringify(name)}: ${problems.join(';')}`);
}

const isReview = ({ resource }: ResourceTarget): boolean => !resource.custom && resource.kind in unstoredHandlers;

const MANY = new Set(['list', 'watch', 'deletecollection']);

/** Who selects one object by its name is asked about that one (apiserver, request/requestinfo.go). */
function selected({ query }: Exchange, verb: string, target: ResourceTarget): { name?: string } {
  if (target.name !== undefined || !MANY.has(verb)) return {};
  const [, name] = /(?:^|,)metadata\.name==?([^,=\\]+)(?:,|$)/.exec(query.get('fieldSelector') ?? '') ?? [];
  return name && name !== '.' && name !== '..' && !/[/%]/.test(name) ? { name } : {};
}

/** What a request is about, before anything is known of it. */
export function askedFor(exchange: Exchange): Attributes {
  try {
    const target = parseResourcePath(exchange.context.machine.catalog, exchange.path);
    if (target) return attributesOf(verbOf(exchange, target), target);
  } catch {
    // What is not there is asked for by its path.
  }
  return { verb: exchange.method.toLowerCase(), path: exchange.path };
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
