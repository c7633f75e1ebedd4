import { failed, within } from '../failure.ts';
import { idText } from '../resource/id.ts';
import { type Origin, pluginOrigin } from '../resource/origin.ts';
import type { Resource } from '../resource/resource.ts';
import { resourceYaml } from '../transform/resource-text.ts';
import type { Transformer } from '../transform/transformer.ts';
import { toValue } from '../tree/value.ts';
import { builtinPlugin, type Generator, type Plugin, type PluginContext } from './builtin.ts';

export interface LoadedGenerator {
  generate: Generator;
  origin: Origin | undefined;
}

export interface LoadedTransformer {
  transform: Transformer;
  origin: Origin | undefined;
}

/** @throws KctlError `input` where one is not known, not allowed, wrongly configured or no generator */
export async function loadGenerators(configs: readonly Resource[], context: PluginContext): Promise<LoadedGenerator[]> {
  const result: LoadedGenerator[] = [];
  for (const config of configs) {
    try {
      const plugin = await loadPlugin(config, context);
      if (!('generate' in plugin)) throw failed(`plugin ${idText(config.originalId)} not a generator`);
      result.push({ generate: plugin.generate, origin: pluginOrigin(config) });
    } catch (error) {
      throw within('failed to load generator', error);
    }
  }
  return result;
}

/** @throws KctlError `input`, as `loadGenerators` */
export async function loadTransformers(
  configs: readonly Resource[],
  context: PluginContext,
): Promise<LoadedTransformer[]> {
  const result: LoadedTransformer[] = [];
  for (const config of configs) {
    const plugin = await loadPlugin(config, context);
    if (!('transform' in plugin)) throw failed(`plugin ${idText(config.originalId)} not a transformer`);
    result.push({ transform: plugin.transform, origin: pluginOrigin(config) });
  }
  return result;
}

async function loadPlugin(config: Resource, context: PluginContext): Promise<Plugin> {
  const { group, version, kind } = config.gvk;
  const id = idText(config.originalId);
  const isBuiltin = group === '' && version === 'builtin';
  if (!isBuiltin && !context.settings.functions) {
    throw failed(`external plugins disabled; unable to load external plugin '${config.originalId.kind}'`);
  }
  const { externalPlugin } = await import('./external.ts');
  if (!isBuiltin) return externalPlugin(config, context);
  try {
    return await builtinPlugin(kind, toValue(config.node), resourceYaml(config), context);
  } catch (error) {
    if ((error as Error).message.startsWith('unable to load builtin')) throw error;
    throw within(`plugin ${id} fails configuration`, error);
  }
}
