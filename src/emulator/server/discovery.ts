import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { parseApiVersion } from '../../api/resource.ts';
import { noSuchResource } from '../errors.ts';
import type { Catalog, ServedResource } from '../registry/catalog.ts';
import type { Exchange } from './exchange.ts';
import { chooseMedia, isCurrent, notAcceptable, PROTOBUF, plainType, YAML } from './negotiate.ts';
import { checkRoute } from './produced.ts';
import { partsOf } from './request-info.ts';
import { sendBytes, sendJson, sendText } from './respond.ts';

const AGGREGATED = new Set(['v2']);

interface AggregatedChoice {
  version: string;
  /** Without its parameters. */
  type: string;
  contentType: string;
}

/** The form of aggregated discovery that a client accepts before plain discovery, if it does (apiserver, discovery/aggregated). */
function aggregatedChoice(accept: string | undefined): AggregatedChoice | undefined {
  const choice = chooseMedia(
    accept,
    (_type, asked) =>
      !asked ||
      (asked.kind === 'APIGroupDiscoveryList' &&
        asked.group === 'apidiscovery.k8s.io' &&
        AGGREGATED.has(asked.version)),
  );
  if (!choice?.parameters.as) return undefined;
  const { type, parameters } = choice;
  const version = parameters.v!;
  // Clients compare the parameters with what they asked for; `nopeer` asks for this server's own resources.
  const profile = parameters.profile === 'nopeer' ? ';profile=nopeer' : '';
  return {
    version,
    type,
    contentType: `${type};g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList${profile}`,
  };
}

/** Sends what is not aggregated. @throws ApiStatusError 406 */
async function sendPlain({ request, response }: Exchange, value: object): Promise<void> {
  if (!plainType(request.headers.accept)) throw notAcceptable();
  await sendJson(request, response, 200, value);
}

/** `/api` */
export async function serveLegacyVersions(exchange: Exchange): Promise<void> {
  checkRoute(exchange);
  if (await serveAggregated(exchange, true)) return;
  const { localPort, localAddress } = exchange.request.socket as unknown as AddressInfo & {
    localPort: number;
    localAddress: string;
  };
  await sendPlain(exchange, {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: `${localAddress}:${localPort}` }],
  });
}

/** `/apis` */
export async function serveGroupList(exchange: Exchange): Promise<void> {
  // With a slash at its end the path is another route, which knows the plain list alone.
  if (exchange.path !== '/apis/' && (await serveAggregated(exchange, false))) return;
  const groups = [...groupVersions(exchange.context.machine.catalog)].filter(([group]) => group !== '');
  await sendPlain(exchange, {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.map(([group, versions]) => apiGroup(group, versions)),
  });
}

/** `/api/v1`, `/apis/group`, `/apis/group/version` */
export async function serveGroupOrVersion(exchange: Exchange): Promise<void> {
  const { catalog } = exchange.context.machine;
  const [root, ...rest] = partsOf(exchange.path);
  const [group, version, ...more] = root === 'api' ? ['', ...rest] : rest;
  if (group === '' && root === 'apis') return notServed(exchange);
  const inGroup = catalog.all().filter((one) => one.group === group);
  const resources = inGroup.filter((one) => one.version === version);
  if (group === undefined || inGroup.length === 0) return notServed(exchange);
  if (version === undefined) {
    const versions = groupVersions(catalog).get(group)!;
    return sendPlain(exchange, { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group, versions) });
  }
  if (resources.length === 0 || more.length > 0) {
    // Groups of definitions say no more than who knows nothing of them.
    if (inGroup.every(({ custom }) => custom)) return notServed(exchange);
    throw noSuchResource();
  }
  if (!resources[0]!.custom) checkRoute(exchange);
  await sendPlain(exchange, {
    kind: 'APIResourceList',
    // The oldest list of all is written as it was then.
    ...(group ? { apiVersion: 'v1' } : {}),
    groupVersion: group ? `${group}/${version}` : version,
    resources: resources.flatMap(apiResources),
  });
}

const notServed = ({ request, response }: Exchange): Promise<void> =>
  sendText(request, response, 404, '404 page not found\n');

/** Groups in discovery order, each with its versions, preferred first. */
function groupVersions(catalog: Catalog): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { group, version } of catalog.all()) {
    const versions = groups.get(group);
    if (!versions) groups.set(group, [version]);
    else if (!versions.includes(version)) versions.push(version);
  }
  return groups;
}

function apiGroup(name: string, versions: readonly string[]) {
  const entries = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: entries, preferredVersion: entries[0] };
}

function apiResources(resource: ServedResource) {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = resource;
  return [
    {
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs,
      ...(shortNames.length > 0 ? { shortNames } : {}),
      ...(categories.length > 0 ? { categories } : {}),
      ...(verbs.includes('watch') ? { storageVersionHash: storageHash(resource) } : {}),
    },
    ...resource.subresources.map((subresource) => ({
      name: `${plural}/${subresource.name}`,
      singularName: '',
      namespaced,
      ...(subresource.version ? { group: subresource.group ?? '', version: subresource.version } : {}),
      kind: subresource.kind,
      verbs: subresource.verbs,
    })),
  ];
}

/** Kinds that a real server of this version still stores as it served them before. */
const STORED_OTHERWISE: Readonly<Record<string, string>> = {
  'mutatingadmissionpolicies.admissionregistration.k8s.io': 'v1beta1',
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': 'v1beta1',
};

/** Opaque to clients; it changes when the stored form does (apiserver, discovery/storageversionhash.go). */
function storageHash(resource: ServedResource): string {
  const { group, version: stored } = parseApiVersion(resource.storageVersion);
  const version = STORED_OTHERWISE[resource.storage] ?? stored;
  return createHash('sha256').update(`${group}/${version}/${resource.kind}`).digest().subarray(0, 8).toString('base64');
}

interface Cached {
  generation: number;
  body: Buffer;
  etag: string;
}

const cached = new WeakMap<Catalog, Map<string, Cached>>();

/** apidiscovery.k8s.io APIGroupDiscoveryList with an ETag, where the client asked for one. */
async function serveAggregated(exchange: Exchange, legacy: boolean): Promise<boolean> {
  const { request, response } = exchange;
  const wanted = aggregatedChoice(request.headers.accept);
  if (!wanted) return false;
  const { catalog } = exchange.context.machine;
  const documents = cached.get(catalog) ?? new Map<string, Cached>();
  cached.set(catalog, documents);
  const key = `${legacy} ${wanted.version} ${wanted.type}`;
  let document = documents.get(key);
  if (document?.generation !== catalog.generation) {
    const body = await bytesOf(aggregated(catalog, wanted.version, legacy), wanted.type);
    const etag = `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`;
    document = { generation: catalog.generation, body, etag };
    documents.set(key, document);
  }
  response.setHeader('Etag', document.etag);
  response.setHeader('Vary', 'Accept');
  // A real server says `public` alone. While this cluster's time is ahead of the client's, kubectl's cache would then
  // take the answer for fresh until the client's own time has come as far, and never hear of new definitions.
  response.setHeader('Cache-Control', 'public, no-cache');
  if (isCurrent(request.headers['if-none-match'], document.etag)) {
    response.statusCode = 304;
    response.end();
  } else await sendBytes(request, response, 200, wanted.contentType, document.body);
  return true;
}

async function bytesOf(document: object, type: string): Promise<Buffer> {
  if (type === PROTOBUF) return (await import('./protobuf.ts')).protobufOf(document)!;
  if (type === YAML) return Buffer.from((await import('../../lib/yaml.ts')).toYaml(document));
  return Buffer.from(`${JSON.stringify(document)}\n`);
}

function aggregated(catalog: Catalog, version: string, legacy: boolean) {
  const groups = [...groupVersions(catalog)].filter(([group]) => (group === '') === legacy);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(([group, versions]) => ({
      metadata: group ? { name: group } : {},
      versions: versions.map((served) => ({
        version: served,
        resources: catalog
          .all()
          .filter((resource) => resource.group === group && resource.version === served)
          .map(aggregatedResource),
        freshness: 'Current',
      })),
    })),
  };
}

/** The kind of an answer; built-in kinds of the resource's own group version leave both empty. */
function responseKind(resource: ServedResource, kind: string, home: { group?: string; version?: string }) {
  if (home.version) return { group: home.group ?? '', version: home.version, kind };
  return resource.custom
    ? { group: resource.group, version: resource.version, kind }
    : { group: '', version: '', kind };
}

function aggregatedResource(resource: ServedResource) {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, subresources } = resource;
  return {
    resource: plural,
    responseKind: responseKind(resource, kind, {}),
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0
      ? {
          subresources: subresources.map((subresource) => ({
            subresource: subresource.name,
            responseKind: responseKind(resource, subresource.kind, subresource),
            verbs: subresource.verbs,
          })),
        }
      : {}),
  };
}
