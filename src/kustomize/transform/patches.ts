import { applyJsonPatch, type JsonPatchOperation } from '../../lib/patch/json-patch.ts';
import { failed } from '../failure.ts';
import { plainData } from '../kustomization/read.ts';
import type { Patch, Selector } from '../kustomization/types.ts';
import type { Loader } from '../load/loader.ts';
import type { SchemaSource } from '../merge/schema.ts';
import { idText } from '../resource/id.ts';
import { readResources } from '../resource/read-resources.ts';
import type { Resource } from '../resource/resource.ts';
import { ResourceList } from '../resource/resource-list.ts';
import { selectResources } from '../resource/select.ts';
import { setField } from '../tree/edit.ts';
import { fieldOf, Node } from '../tree/node.ts';
import { fromValue, toValue } from '../tree/value.ts';
import type { Transformer } from './transformer.ts';

/** What a patch's text turned out to be. */
type PatchContent = { form: 'strategic'; patches: Resource[] } | { form: 'json'; operations: JsonPatchOperation[] };

/** `patches`: strategic merge or JSON patch, whichever the text is. @throws KctlError `input` */
export async function patchTransformer(
  { path = '', patch = '', target, options = {} }: Patch,
  loader: Loader,
  schemas: SchemaSource,
  configText: string,
): Promise<Transformer> {
  const inline = patch.trim();
  if (inline === '' && path === '') throw failed(`must specify one of patch and path in\n${configText}`);
  if (inline !== '' && path !== '') throw failed(`patch and path can't be set at the same time\n${configText}`);
  const text = inline || (await patchFile(path, loader));
  const source = inline ? `[patch: ${JSON.stringify(inline)}]` : `[path: ${JSON.stringify(path)}]`;
  const content = readPatch(text, source, schemas);
  if (content.form === 'json') return jsonTransformer(content.operations, target, source);
  for (const { state } of content.patches) {
    state.allowNameChange = options.allowNameChange === true;
    state.allowKindChange = options.allowKindChange === true;
  }
  return target ? strategicOnTarget(content.patches, target, source) : strategicById(content.patches);
}

async function patchFile(path: string, loader: Loader): Promise<string> {
  try {
    return await loader.loadText(path);
  } catch (error) {
    throw failed(`failed to get the patch file from path(${path}): ${(error as Error).message}`, error);
  }
}

function readPatch(text: string, source: string, schemas: SchemaSource): PatchContent {
  const patches = attempt(() => readResources(text, schemas));
  const operations = attempt(() => jsonOperations(text));
  if (patches && operations) throw failed(`illegally qualifies as both an SM and JSON patch: ${source}`);
  if (patches) return { form: 'strategic', patches };
  if (operations) return { form: 'json', operations };
  throw failed(`unable to parse SM or JSON patch from ${source}`);
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** @throws KctlError `input` where the text is no list of operations */
function jsonOperations(text: string): JsonPatchOperation[] {
  if (text === '') throw failed('empty json patch operations');
  const operations = text.startsWith('[') ? fromJson(text) : plainData(text);
  if (operations === null || operations === undefined) return [];
  if (!Array.isArray(operations)) {
    const what = typeof operations === 'object' ? 'object' : typeof operations;
    throw failed(`json: cannot unmarshal ${what} into Go value of type jsonpatch.Patch`);
  }
  for (const operation of operations) {
    if (typeof operation === 'object' && operation !== null && !Array.isArray(operation)) continue;
    const what = Array.isArray(operation) ? 'array' : typeof operation;
    throw failed(`json: cannot unmarshal ${what} into Go value of type jsonpatch.Operation`);
  }
  return operations as JsonPatchOperation[];
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw failed((error as Error).message, error);
  }
}

function strategicOnTarget(patches: readonly Resource[], target: Selector, source: string): Transformer {
  return (resources) => {
    if (patches.length > 1) {
      throw failed(
        `Multiple Strategic-Merge Patches in one \`patches\` entry is not allowed to set \`patches.target\` field: ${source}`,
      );
    }
    const selected = new Set(selectResources(resources.items, target));
    for (const resource of resources.items) if (selected.has(resource)) applyToTarget(resource, patches[0]!);
    resources.items = new ResourceList(resources.items.filter(({ isEmpty }) => !isEmpty)).items;
  };
}

/** The patch is of the object's group and version, whatever it says; labels it sets are texts. */
function applyToTarget(resource: Resource, patch: Resource): void {
  const copy = patch.copy();
  copy.mergeMetadataFrom(patch);
  copy.gvk = resource.gvk;
  copy.kind = patch.kind;
  resource.applyStrategicPatch(copy);
}

function strategicById(patches: readonly Resource[]): Transformer {
  return (resources) => {
    for (const patch of patches) byId(resources, patch).applyStrategicPatch(patch);
  };
}

function byId(resources: ResourceList, patch: Resource): Resource {
  try {
    return resources.one(patch.originalId);
  } catch (error) {
    const id = idText(patch.originalId);
    throw failed(`no resource matches strategic merge patch ${JSON.stringify(id)}: ${(error as Error).message}`, error);
  }
}

function jsonTransformer(operations: JsonPatchOperation[], target: Selector | undefined, source: string): Transformer {
  return (resources) => {
    if (!target) throw failed(`must specify a target for JSON patch ${source}`);
    for (const resource of selectResources(resources.items, target)) {
      resource.storePreviousId();
      applyJson(resource, operations);
    }
  };
}

/** `patchesJson6902`. */
export async function json6902Transformer(
  { target, path = '', jsonOp = '' }: { target?: Selector; path?: string; jsonOp?: string },
  loader: Loader,
): Promise<Transformer> {
  if (!target?.name) throw failed('must specify the target name');
  if (path === '' && jsonOp === '') throw failed('empty file path and empty jsonOp');
  if (path !== '' && jsonOp !== '') throw failed('must specify a file path or jsonOp, not both');
  const text = jsonOp || (await loader.loadText(path));
  if (text === '') throw failed(`patch file '${path}' empty seems to be empty`);
  const operations = jsonOperations(text);
  if (operations.length === 0) throw failed(`patch appears to be empty; file=${path}, JsonOp=${text}`);
  return ({ items }) => {
    for (const resource of selectResources(items, target)) applyJson(resource, operations);
  };
}

/** kustomize keeps notes of its own in annotations: where it has some, there is a map to add to. */
function applyJson(resource: Resource, operations: readonly JsonPatchOperation[]): void {
  const metadata = fieldOf(resource.node, 'metadata');
  if (resource.hasState && metadata?.kind === 'map' && !fieldOf(metadata, 'annotations')) {
    setField(metadata, 'annotations', new Node('map'));
  }
  resource.node = fromValue(applyJsonPatch(toValue(resource.node), operations));
  resource.setAnnotations(resource.annotations());
}

/** `patchesStrategicMerge`: each is a path or the text of patches. */
export async function strategicTransformer(
  { paths = [], patches: inline = '' }: { paths?: string[]; patches?: string },
  loader: Loader,
  schemas: SchemaSource,
): Promise<Transformer> {
  if (paths.length === 0 && inline === '') throw failed('empty file path and empty patch content');
  const patches: Resource[] = [];
  for (const path of paths) {
    patches.push(...(attempt(() => readResources(path, schemas)) ?? (await patchesOfFile(path, loader, schemas))));
  }
  if (inline !== '') patches.push(...readResources(inline, schemas));
  if (patches.length === 0) {
    throw failed(`patch appears to be empty; files=[${paths.join(' ')}], Patch=${inline}`);
  }
  return (resources) => {
    for (const patch of patches) {
      const target = resources.one(patch.originalId);
      applyToTarget(target, patch);
      resources.items = new ResourceList(resources.items.filter(({ isEmpty }) => !isEmpty)).items;
    }
  };
}

async function patchesOfFile(path: string, loader: Loader, schemas: SchemaSource): Promise<Resource[]> {
  const text = await loader.loadText(path);
  try {
    return readResources(text, schemas);
  } catch (error) {
    throw inFile(error, path);
  }
}

/** Names the file of a text that is no YAML. */
export function inFile(error: unknown, path: string): unknown {
  if (!(error instanceof Error)) return error;
  if (!error.message.includes('MalformedYAMLError')) return error;
  return failed(`${error.message} in File: ${path}`, error);
}
