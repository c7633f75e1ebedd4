import { apiVersionOf, type ResourceInfo, type SubresourceInfo } from '../resource.ts';
import { answersWith, content, operationOf, type Target } from './operations.ts';
import { connecting, inPath, inQuery, logging } from './parameters.ts';
import type { OpenApiSchema } from './schema.ts';
import { customName, kindOfSubresource, publishedName, type SchemaSet, typeOfKind } from './schemas.ts';

export type Paths = Record<string, Record<string, unknown>>;

const collectionVerbs = ['list', 'create', 'deletecollection'];
const objectVerbs = ['get', 'update', 'patch', 'delete'];

/** Kinds whose DELETE answers with the object, by group; everywhere else it is a Status. */
const returnedOnDelete: Readonly<Record<string, string>> = {
  '': 'PersistentVolume PersistentVolumeClaim Pod PodTemplate ResourceQuota Service ServiceAccount',
  'resource.k8s.io': 'DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice',
  'storage.k8s.io': 'CSIDriver CSINode StorageClass VolumeAttachment VolumeAttributesClass',
};

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** `rbac.authorization.k8s.io` → `RbacAuthorization`; the core group is called core. */
function groupName(group: string): string {
  return (group || 'core')
    .replace(/\.k8s\.io$/, '')
    .split(/[.-]/)
    .map(capital)
    .join('');
}

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);

/** The schemas and ids of a resource's objects and lists. */
function targetOf(resource: ResourceInfo, schemas: SchemaSet, custom: OpenApiSchema | undefined): Target {
  const { group, version, kind } = resource;
  const gvk = { group, kind, version };
  const type = custom ? undefined : typeOfKind(apiVersionOf(resource), kind);
  const object = type ? schemas.type(type, [gvk]) : schemas.custom(resource, custom);
  const listKind = `${kind}List`;
  const name = `${type ? publishedName(type) : customName(resource)}List`;
  const list = resource.verbs.includes('list')
    ? schemas.list(name, object, { group, kind: listKind, version })
    : undefined;
  return {
    gvk,
    id: { prefix: groupName(group) + capital(version), kind },
    tag: `${lowerFirst(groupName(group))}_${version}`,
    object,
    deleteReturnsObject: (returnedOnDelete[group] ?? '').split(' ').includes(kind),
    isCustom: !type,
    ...(list ? { list } : {}),
  };
}

function itemAt(path: string, operations: [string, OpenApiSchema][]): Record<string, unknown> {
  const inside = [...path.matchAll(/\{(\w+)\}/g)].map((match) => inPath(match[1]!)).reverse();
  return { ...Object.fromEntries(operations), parameters: [...inside, ...inQuery('pretty')] };
}

const served = (verbs: readonly string[], among: readonly string[]): string[] =>
  among.filter((verb) => verbs.includes(verb));

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
  const scope = resource.namespaced ? 'Namespaced' : '';
  const collection = resource.namespaced ? `${root}/namespaces/{namespace}/${resource.plural}` : everywhere;
  const add = (path: string, verbs: readonly string[], of: Target, id: { scope?: string; suffix?: string }): void => {
    if (verbs.length > 0)
      paths[path] = itemAt(
        path,
        verbs.map((verb) => operationOf(verb, of, schemas, id)),
      );
  };
  add(collection, served(resource.verbs, collectionVerbs), target, { scope });
  if (resource.namespaced) add(everywhere, served(resource.verbs, ['list']), target, { suffix: 'ForAllNamespaces' });
  add(`${collection}/{name}`, served(resource.verbs, objectVerbs), target, { scope });
  for (const subresource of resource.subresources) {
    const path = `${collection}/{name}/${subresource.name}`;
    const gvk = kindOfSubresource(resource, subresource.name);
    const suffix = capital(subresource.name);
    const special = connections(path, subresource, { ...target, gvk }, `${scope}${target.id.kind}${suffix}`);
    if (special) {
      Object.assign(paths, special);
      continue;
    }
    const type = typeOfKind(gvk.group ? `${gvk.group}/${gvk.version}` : gvk.version, gvk.kind);
    const isSame = gvk.kind === resource.kind;
    const object = isSame ? target.object : type ? schemas.type(type, [gvk]) : { type: 'string' };
    const { list: _, ...rest } = target;
    const of = { ...rest, gvk, object };
    add(path, served(subresource.verbs, ['create', ...objectVerbs]), of, { scope, suffix });
  }
}

const methodsOfVerb: Readonly<Record<string, string>> = {
  create: 'post',
  delete: 'delete',
  get: 'get',
  patch: 'patch',
  update: 'put',
};

const text: OpenApiSchema = { type: 'string' };

/** Paths that carry a stream and no object: logs, exec, attach, port-forward and the proxies. */
function connections(path: string, subresource: SubresourceInfo, target: Target, id: string): Paths | undefined {
  const { gvk, tag } = target;
  const common = { 'x-kubernetes-group-version-kind': gvk, tags: [tag] };
  if (subresource.name === 'log') {
    const operation = {
      ...common,
      operationId: `read${target.id.prefix}${id}`,
      responses: answersWith([200], content(['text/plain'], text)),
      'x-kubernetes-action': 'get',
    };
    const item = itemAt(path, [['get', operation]]);
    return { [path]: { ...item, parameters: [...(item.parameters as OpenApiSchema[]).slice(0, -1), ...logging] } };
  }
  const parameters = connecting[subresource.kind];
  if (!parameters) return undefined;
  const isProxy = subresource.name === 'proxy';
  const methods = [...subresource.verbs.map((verb) => methodsOfVerb[verb]!), ...(isProxy ? ['head', 'options'] : [])];
  const at = (where: string, suffix: string): Record<string, unknown> => {
    const item = itemAt(
      where,
      methods.map((method) => [
        method,
        {
          ...common,
          operationId: `connect${target.id.prefix}${capital(method)}${id}${suffix}`,
          responses: answersWith([200], content(['*/*'], text)),
          'x-kubernetes-action': 'connect',
        },
      ]),
    );
    return { ...item, parameters: [...(item.parameters as OpenApiSchema[]).slice(0, -1), ...parameters] };
  };
  const below = `${path}/{path}`;
  return { [path]: at(path, ''), ...(isProxy ? { [below]: at(below, 'WithPath') } : {}) };
}
