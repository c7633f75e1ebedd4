import type { KubeObject } from '../../api/meta.ts';
import type { ResourceInfo } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { parseYamlDocuments } from '../../lib/yaml/read.ts';
import { discoveryFailureText, isFailedDiscovery, logFailedDiscovery } from './failed-discovery.ts';
import type { ManifestRequest } from './manifest-files.ts';

/** One object of a manifest, with the resource it is served as. */
export interface Manifest {
  object: KubeObject;
  resource: ResourceInfo;
  /** Where it was read from, for messages. */
  source: string;
}

/** An object of a file before anyone asked what its kind is served as. */
interface LooseManifest {
  object: KubeObject;
  source: string;
}

export interface ManifestOptions extends ManifestRequest {
  /** Called in `-l`: objects that it refuses are left out. */
  accepts?: (object: KubeObject) => boolean;
  /** True where `--validate` is on: what is wrong is then said in the words of validation. */
  validated?: boolean;
  /** True where objects are read into the types of Go, which takes a version as well as a kind. */
  typed?: boolean;
}

type Checks = Pick<ManifestOptions, 'validated' | 'typed'>;

/** Reads the objects of `-f`; lists are taken apart. What cannot be read comes as an error in its place. */
export async function* readObjects(options: ManifestOptions): AsyncGenerator<LooseManifest | KctlError> {
  // Many verbs may read files and seldom do; what reads YAML costs them a tenth of their time.
  const [{ readManifestTexts }, yaml] = await Promise.all([
    import('./manifest-files.ts'),
    import('../../lib/yaml/read.ts'),
  ]);
  for await (const file of readManifestTexts(options)) {
    if (file instanceof KctlError) {
      yield file;
      continue;
    }
    try {
      for (const document of parseDocuments(yaml.parseYamlDocuments, file.text, file.source)) {
        if (document === null || document === undefined) continue;
        for (const object of flatten(checked(document, file.source, options), file.source)) {
          if (options.accepts?.(object) ?? true) yield { object, source: file.source };
        }
      }
    } catch (error) {
      if (!(error instanceof KctlError)) throw error;
      yield error;
    }
  }
}

/**
 * Reads the objects of `-f` for a cluster: the kind's resource is looked up, and objects of
 * namespaced kinds get the namespace in use.
 */
export async function* readManifests(options: ManifestOptions, cluster: Cluster): AsyncGenerator<Manifest | KctlError> {
  for await (const item of readObjects(options)) {
    if (item instanceof KctlError) {
      yield item;
      continue;
    }
    try {
      const resource = await resourceOf(item, cluster);
      setNamespace(item.object, resource, cluster);
      yield { ...item, resource };
    } catch (error) {
      if (!(error instanceof KctlError)) throw error;
      if (isFailedDiscovery(error, cluster) && options.io.stderr.isTTY !== true) {
        yield unrecognized(error, item.source, options, cluster);
        if (options.validated) return;
      } else if (error.code === 'connection') throw error;
      else yield error;
    }
  }
}

/** All of them at once, apart from what could not be read. */
export async function readAllManifests(
  options: ManifestOptions,
  cluster: Cluster,
): Promise<{ manifests: Manifest[]; unread: KctlError[] }> {
  const manifests: Manifest[] = [];
  const unread: KctlError[] = [];
  for await (const item of readManifests(options, cluster)) {
    if (item instanceof KctlError) unread.push(item);
    else manifests.push(item);
  }
  return { manifests, unread };
}

/** As kubectl says it for each object where it cannot learn what the server serves; validation stops it before that. */
function unrecognized(
  error: KctlError,
  source: string,
  { validated, io }: ManifestOptions,
  cluster: Cluster,
): KctlError {
  const reason = discoveryFailureText(error, cluster.transport.server);
  if (validated) {
    const download = reason.replace('/api?', '/openapi/v2?');
    return new KctlError(
      'input',
      `error validating "${source}": error validating data: failed to download openapi: ${download}; if you choose to ignore these errors, turn validation off with --validate=false`,
      { cause: error },
    );
  }
  logFailedDiscovery(reason, 1, io);
  return new KctlError('input', `unable to recognize "${source}": ${reason}`, { cause: error });
}

async function resourceOf({ object, source }: LooseManifest, cluster: Cluster): Promise<ResourceInfo> {
  try {
    if (object.apiVersion) return await cluster.discovery.resolveKind(object.apiVersion, object.kind);
    return await unversioned(object.kind, cluster);
  } catch (error) {
    if (!(error instanceof KctlError) || error.code === 'connection' || error.code === 'auth' || error.code === 'api') {
      throw error;
    }
    const { name = '', namespace = '' } = object.metadata;
    throw new KctlError(
      'input',
      `resource mapping not found for name: "${name}" namespace: "${namespace}" from "${source}": ${error.message}`,
      { hint: 'ensure CRDs are installed first', cause: error },
    );
  }
}

/** The core kinds are found without a version, and asked for without one: the server knows no such path. */
async function unversioned(kind: string, { discovery }: Cluster): Promise<ResourceInfo> {
  try {
    return { ...(await discovery.resolveKind('v1', kind)), version: '' };
  } catch (error) {
    if (!(error instanceof KctlError) || error.code !== 'input') throw error;
    throw new KctlError('input', `no matches for kind "${kind}" in version ""`, { cause: error });
  }
}

/** `-n` and the object must agree; without `-n` the object's own namespace holds. */
function setNamespace(object: KubeObject, resource: ResourceInfo, cluster: Cluster): void {
  if (!resource.namespaced) {
    delete object.metadata.namespace;
    return;
  }
  const own = object.metadata.namespace;
  if (!own) object.metadata.namespace = cluster.namespace;
  else if (cluster.namespaceExplicit && own !== cluster.namespace) {
    throw new KctlError(
      'usage',
      `the namespace from the provided object "${own}" does not match the namespace "${cluster.namespace}". You must pass '--namespace=${own}' to perform this operation.`,
    );
  }
}

/** What looks like JSON and is not gets Go's sentence for JSON where the mistake has one. */
function parseDocuments(parse: typeof parseYamlDocuments, text: string, source: string): unknown[] {
  try {
    return parse(text, source, true);
  } catch (error) {
    const offset = text.trimStart().startsWith('{') ? badKeyOffset(text) : undefined;
    if (offset === undefined) throw error;
    throw new KctlError(
      'input',
      `error parsing ${source}: json: offset ${offset + 1}: invalid character '${text[offset]}' looking for beginning of object key string`,
      { cause: error },
    );
  }
}

/** Where a key without quotes begins. */
function badKeyOffset(text: string): number | undefined {
  try {
    JSON.parse(text);
  } catch (error) {
    const position = /^Expected property name .* at position (\d+)/.exec((error as Error).message)?.[1];
    return position === undefined ? undefined : Number(position);
  }
  return undefined;
}

function checked(document: unknown, source: string, { validated, typed }: Checks = {}): KubeObject {
  const missing = (field: string) =>
    new KctlError(
      'input',
      `unable to decode "${source}": Object '${field}' is missing in '${JSON.stringify(document)}'`,
    );
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new KctlError(
      'input',
      `unable to decode "${source}": json: cannot unmarshal ${goType(document)} into Go value of type unstructured.detector`,
    );
  }
  const fields = document as Record<string, unknown>;
  if (validated) requireType(fields, source);
  if (typeof fields.kind !== 'string' || fields.kind === '') throw missing('Kind');
  if (!fields.apiVersion && typed) throw missing('apiVersion');
  if (!fields.apiVersion && isList(fields as KubeObject)) throw untyped();
  fields.metadata ??= {};
  return fields as KubeObject;
}

/** What Go says of a list, or of an item of one, without the type that its items are looked at by. */
function untyped(): KctlError {
  const reason = "Object 'apiVersion' is missing in 'object has no apiVersion field'";
  const message = `unable to get type info from the object "*unstructured.Unstructured": ${reason}`;
  return new KctlError('input', message, { prefix: '' });
}

function requireType({ apiVersion, kind }: Record<string, unknown>, source: string): void {
  const missing = [...(apiVersion ? [] : ['apiVersion not set']), ...(kind ? [] : ['kind not set'])];
  if (missing.length === 0) return;
  const said = missing.length === 1 ? missing[0] : `[${missing.join(', ')}]`;
  throw new KctlError(
    'input',
    `error validating "${source}": error validating data: ${said}; if you choose to ignore these errors, turn validation off with --validate=false`,
  );
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function isList(object: KubeObject): boolean {
  return object.kind.endsWith('List') && Array.isArray(object.items);
}

/** The items of a list, each with the checks of an object of its own. */
function flatten(object: KubeObject, source: string): KubeObject[] {
  if (!isList(object)) return [object];
  return object.items.flatMap((item: unknown) => {
    const one = checked(item, source);
    if (!one.apiVersion) throw untyped();
    return flatten(one, source);
  });
}
