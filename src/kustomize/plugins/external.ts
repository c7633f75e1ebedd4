import { isAbsolute, join, posix } from 'node:path';
import { toYaml } from '../../lib/yaml.ts';
import { failed } from '../failure.ts';
import { plainData } from '../kustomization/read.ts';
import { idText, sameId } from '../resource/id.ts';
import { readResources } from '../resource/read-resources.ts';
import type { Behavior, Resource } from '../resource/resource.ts';
import { ResourceList } from '../resource/resource-list.ts';
import { resourceYaml } from '../transform/resource-text.ts';
import { toValue } from '../tree/value.ts';
import type { Plugin, PluginContext } from './builtin.ts';
import { functionSpec, runContainer } from './container-function.ts';

/** Runs a plugin with the objects that go in, gives what comes out; generators get nothing. */
type Invoke = (input: readonly Resource[] | undefined) => Promise<Resource[]>;

/**
 * A plugin that is no part of kustomize: a function in a container where the configuration names an image, else a
 * program in the folder of plugins. Either may generate and transform.
 * @throws KctlError `input` where there is none
 */
export function externalPlugin(config: Resource, context: PluginContext): Plugin {
  const spec = functionSpec(config);
  const { name, invoke } = spec
    ? { name: functionName(config), invoke: containerInvoke(config, spec, context) }
    : programInvoke(config, context);
  return {
    generate: async () => (await invoke(undefined)).map(withOptions),
    transform: async (resources) => update(resources, await invoke(resources.items), name),
  };
}

const functionName = ({ apiVersion, kind, name }: Resource): string =>
  `api: ${apiVersion}, kind: ${kind}, name: ${name}`;

function containerInvoke(
  config: Resource,
  spec: NonNullable<ReturnType<typeof functionSpec>>,
  context: PluginContext,
): Invoke {
  for (const { src = '' } of spec.mounts) {
    const id = idText(config.originalId);
    const refusal = `plugin ${id} with mount path '${src}' is not permitted; mount paths must be`;
    if (isAbsolute(src)) throw failed(`${refusal} relative to the current kustomization directory`);
    if (posix.normalize(src).startsWith('../')) throw failed(`${refusal} under the current kustomization directory`);
  }
  return async (input) => {
    const items = (input ?? [config]).map(({ node }) => toValue(node));
    const list = {
      apiVersion: 'config.kubernetes.io/v1',
      kind: 'ResourceList',
      items,
      functionConfig: toValue(config.node),
    };
    const output = await runContainer(spec, toYaml(list), context);
    return readResources(output, context.schemas).filter(({ id }) => input !== undefined || !sameId(id, config.id));
  };
}

/** Looked for in this order. */
function pluginHome({ loader: { host } }: PluginContext): string {
  const home = host.environment('HOME') ?? '~';
  const xdg = host.environment('XDG_CONFIG_HOME');
  const places = [
    ['homed in $KUSTOMIZE_PLUGIN_HOME', host.environment('KUSTOMIZE_PLUGIN_HOME') ?? ''],
    ['homed in $XDG_CONFIG_HOME', xdg ? join(xdg, 'kustomize', 'plugin') : ''],
    ['homed in default value of $XDG_CONFIG_HOME', join(home, '.config', 'kustomize', 'plugin')],
    ['homed in home directory', join(home, 'kustomize', 'plugin')],
  ] as const;
  const found = places.find(([, folder]) => folder !== '' && host.isFolder(folder));
  if (found) return found[1];
  const tried = places.map(([note, folder]) => `('${folder || '<no value>'}'; ${note})`);
  throw failed(`unable to find plugin root - tried: ${tried.join(', ')}`);
}

function programInvoke(config: Resource, context: PluginContext): { name: string; invoke: Invoke } {
  const { group, version, kind } = config.gvk;
  const program = join(pluginHome(context), group, version, kind.toLowerCase(), kind);
  const { loader, schemas } = context;
  const text = resourceYaml(config);
  const invoke: Invoke = async (input) => {
    const file = loader.host.temporaryFile('kust-plugin-config.yaml', text);
    const { stdout, stderr, failure } = await loader.host.run(
      program,
      [file, ...(await programArguments(text, context))],
      {
        cwd: loader.root,
        env: { KUSTOMIZE_PLUGIN_CONFIG_STRING: text, KUSTOMIZE_PLUGIN_CONFIG_ROOT: loader.root },
        input: (input ?? []).map(resourceYaml).join('---\n'),
      },
    );
    if (failure !== undefined) throw failed(`${stderr}: failure in plugin configured via ${file}; ${failure}`);
    return readResources(stdout, schemas);
  };
  return { name: program, invoke };
}

/** `argsOneLiner` and the lines of `argsFromFile`. */
async function programArguments(text: string, { loader }: PluginContext): Promise<string[]> {
  const { argsOneLiner = '', argsFromFile = '' } = plainData(text) as { argsOneLiner?: string; argsFromFile?: string };
  const words = Array.from(
    argsOneLiner.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g),
    ([, double, single, plain]) => (double === undefined ? (single ?? plain ?? '') : double.replace(/\\(.)/g, '$1')),
  );
  if (argsFromFile === '') return words;
  const lines = (await loader.loadText(argsFromFile)).split('\n').map((line) => line.replace(/^ +/, ''));
  return [...words, ...lines.filter((line) => line !== '')];
}

const HASH = 'kustomize.config.k8s.io/needs-hash';
const BEHAVIOR = 'kustomize.config.k8s.io/behavior';
const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** What a generator asks for by annotations. */
function withOptions(resource: Resource): Resource {
  const { [HASH]: hash, [BEHAVIOR]: behavior = '', ...annotations } = resource.annotations();
  if (hash !== undefined && !TRUE.has(hash) && !FALSE.has(hash)) {
    throw failed(`the annotation ${JSON.stringify(HASH)} contains an invalid value (${JSON.stringify(hash)})`);
  }
  resource.setAnnotations(annotations);
  resource.state.needsHash = hash !== undefined && TRUE.has(hash);
  const known = ['create', 'replace', 'merge'].includes(behavior);
  resource.state.behavior = known ? (behavior as Behavior) : 'unspecified';
  return resource;
}

/** Takes over what a transformer made: objects that it left out are gone. */
function update(resources: ResourceList, output: readonly Resource[], name: string): void {
  const fresh = new ResourceList();
  for (const made of output) {
    const { clusterScoped: _scope, ...id } = made.id;
    if (fresh.byCurrentId((each) => sameId(each, made.id)).length > 0) {
      throw failed(`plugin ${name} generated duplicate resource: ${JSON.stringify(id)}`);
    }
    fresh.add(made);
    const old = resources.byCurrentId((each) => sameId(each, made.id))[0];
    if (old) old.node = made.node;
    else resources.add(made);
  }
  resources.items = resources.items.filter(({ id }) => fresh.byCurrentId((each) => sameId(each, id)).length > 0);
}
