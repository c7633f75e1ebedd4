import { apiVersionOf, type ResourceInfo } from '../resource.ts';
import {
  customName,
  kindOfSubresource,
  type OpenApiSchema,
  publishedName,
  type SchemaSet,
  typeOfKind,
} from './schemas.ts';

/** An operation and what clients read of it: the action, the kind, the parameters and the media types. */
type Operation = Record<string, unknown>;
export type Paths = Record<string, Record<string, unknown>>;

const parameter = (name: string, type: string): OpenApiSchema => ({
  name,
  in: 'query',
  schema: { type, uniqueItems: true },
});
const pathParameter = (name: string): OpenApiSchema => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string', uniqueItems: true },
});

const writing = [
  parameter('dryRun', 'string'),
  parameter('fieldManager', 'string'),
  parameter('fieldValidation', 'string'),
];
const selecting = [
  parameter('allowWatchBookmarks', 'boolean'),
  parameter('continue', 'string'),
  parameter('fieldSelector', 'string'),
  parameter('labelSelector', 'string'),
  parameter('limit', 'integer'),
  parameter('resourceVersion', 'string'),
  parameter('resourceVersionMatch', 'string'),
  parameter('sendInitialEvents', 'boolean'),
  parameter('timeoutSeconds', 'integer'),
];
const deleting = [
  parameter('dryRun', 'string'),
  parameter('gracePeriodSeconds', 'integer'),
  parameter('orphanDependents', 'boolean'),
  parameter('propagationPolicy', 'string'),
];

/** How each verb shows in the document: HTTP method, action, parameters, and what the request carries. */
const operations: Readonly<
  Record<
    string,
    { method: string; action: string; parameters: readonly OpenApiSchema[]; body?: 'object' | 'patch' | 'delete' }
  >
> = {
  list: { method: 'get', action: 'list', parameters: [...selecting, parameter('watch', 'boolean')] },
  create: { method: 'post', action: 'post', parameters: writing, body: 'object' },
  deletecollection: {
    method: 'delete',
    action: 'deletecollection',
    parameters: [...deleting, ...selecting],
    body: 'delete',
  },
  get: { method: 'get', action: 'get', parameters: [] },
  update: { method: 'put', action: 'put', parameters: writing, body: 'object' },
  patch: { method: 'patch', action: 'patch', parameters: [...writing, parameter('force', 'boolean')], body: 'patch' },
  delete: { method: 'delete', action: 'delete', parameters: deleting, body: 'delete' },
};

const collectionVerbs = ['list', 'create', 'deletecollection'];
const objectVerbs = ['get', 'update', 'patch', 'delete'];

const patchTypes = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];
const strategicType = 'application/strategic-merge-patch+json';

interface Target {
  gvk: { group: string; version: string; kind: string };
  /** Start of the operations' ids: group, version and kind of the resource. */
  id: string;
  object: OpenApiSchema;
  list?: OpenApiSchema;
  /** Merge keys are known for built-in kinds alone. */
  isCustom: boolean;
}

const content = (types: readonly string[], schema: OpenApiSchema): OpenApiSchema =>
  Object.fromEntries(types.map((type) => [type, { schema }]));

function bodyOf(kind: 'object' | 'patch' | 'delete', target: Target, schemas: SchemaSet): OpenApiSchema {
  if (kind === 'object') return { required: true, content: content(['*/*'], target.object) };
  if (kind === 'delete') return { content: content(['*/*'], schemas.type('meta/v1.DeleteOptions')) };
  const types = target.isCustom ? patchTypes : [...patchTypes, strategicType];
  return { required: true, content: content(types, { type: 'object' }) };
}

function operation(verb: string, target: Target, schemas: SchemaSet, id: string): Operation {
  const { action, parameters, body } = operations[verb]!;
  const answer = verb === 'list' ? (target.list ?? target.object) : target.object;
  return {
    tags: [`${target.gvk.group || 'core'}_${target.gvk.version}`],
    operationId: id,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: bodyOf(body, target, schemas) } : {}),
    responses: { 200: { description: 'OK', content: content(['application/json'], answer) } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': target.gvk,
  };
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

function addPath(
  paths: Paths,
  path: string,
  verbs: readonly string[],
  target: Target,
  schemas: SchemaSet,
  suffix = '',
): void {
  if (verbs.length === 0) return;
  const item: Record<string, unknown> = {};
  for (const verb of verbs) {
    item[operations[verb]!.method] = operation(verb, target, schemas, `${verb}${target.id}${suffix}`);
  }
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => pathParameter(match[1]!));
  item.parameters = [...names, parameter('pretty', 'string')];
  paths[path] = item;
}

/** The schemas of a resource's objects and lists. */
function targetOf(resource: ResourceInfo, schemas: SchemaSet, custom: OpenApiSchema | undefined): Target {
  const { group, version, kind } = resource;
  const gvk = { group, kind, version };
  const type = custom ? undefined : typeOfKind(apiVersionOf(resource), kind);
  const object = type ? schemas.type(type, [gvk]) : schemas.custom(resource, custom);
  const name = `${type ? publishedName(type) : customName(resource)}List`;
  const list = resource.verbs.includes('list')
    ? schemas.list(name, object, { group, kind: `${kind}List`, version })
    : undefined;
  const id = capital((group || 'core').split('.')[0]!) + capital(version) + kind;
  return { gvk, id, object, isCustom: !type, ...(list ? { list } : {}) };
}

/** All paths of one resource: its collection (in a namespace and over all), its objects, their subresources. */
export function addResource(
  paths: Paths,
  resource: ResourceInfo,
  schemas: SchemaSet,
  custom: OpenApiSchema | undefined,
): void {
  const target = targetOf(resource, schemas, custom);
  const root = resource.group ? `/apis/${apiVersionOf(resource)}` : `/api/${resource.version}`;
  const everywhere = `${root}/${resource.plural}`;
  const collection = resource.namespaced ? `${root}/namespaces/{namespace}/${resource.plural}` : everywhere;
  const served = (verbs: readonly string[], among: readonly string[]) => among.filter((verb) => verbs.includes(verb));
  addPath(paths, collection, served(resource.verbs, collectionVerbs), target, schemas);
  if (resource.namespaced) {
    addPath(paths, everywhere, served(resource.verbs, ['list']), target, schemas, 'ForAllNamespaces');
  }
  addPath(paths, `${collection}/{name}`, served(resource.verbs, objectVerbs), target, schemas);
  for (const { name, verbs } of resource.subresources) {
    const gvk = kindOfSubresource(resource, name);
    const type = typeOfKind(gvk.group ? `${gvk.group}/${gvk.version}` : gvk.version, gvk.kind);
    // Connections (exec, log, proxy) carry no object.
    const isSame = gvk.kind === resource.kind;
    const object = isSame ? target.object : type ? schemas.type(type, [gvk]) : { type: 'string' };
    const sub: Target = { gvk, id: target.id, object, isCustom: target.isCustom };
    addPath(
      paths,
      `${collection}/{name}/${name}`,
      served(verbs, ['create', ...objectVerbs]),
      sub,
      schemas,
      capital(name),
    );
  }
}
