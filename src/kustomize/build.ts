import { fieldSpec } from './config/field-spec.ts';
import { located } from './failure.ts';
import type { Host } from './load/host.ts';
import { Loader } from './load/loader.ts';
import { BuildSchemas } from './merge/build-schemas.ts';
import { effectiveNamespace, NO_NAMESPACE } from './resource/id.ts';
import { clearTransformations, setOrigin } from './resource/origin.ts';
import { requireMetadata } from './resource/read-resources.ts';
import type { Resource } from './resource/resource.ts';
import type { ResourceList } from './resource/resource-list.ts';
import type { BuildSettings } from './settings.ts';
import { Target } from './target.ts';
import { hashTransformer } from './transform/hash.ts';
import { entriesTransformer } from './transform/metadata.ts';
import { resourceYaml } from './transform/resource-text.ts';
import { sortTransformer } from './transform/sort.ts';

/** What a build came to. */
export class BuildResult {
  private readonly resources: ResourceList;

  constructor(resources: ResourceList) {
    this.resources = resources;
  }

  /** All objects as one YAML text. */
  toYaml(): string {
    return this.resources.items.map(printed).join('---\n');
  }

  /** One file per object, as `-o FOLDER` writes them: kind and name, with the namespace where there are several. */
  toFiles(): { name: string; text: string }[] {
    const namespaces = new Set(this.resources.byNamespace('now').keys());
    return this.resources.items.map((resource) => {
      const namespace = effectiveNamespace(resource.id);
      const isAlone = namespace === NO_NAMESPACE || namespaces.size < 2;
      return {
        name: `${isAlone ? '' : `${namespace.toLowerCase()}_`}${fileName(resource)}`,
        text: resourceYaml(resource),
      };
    });
  }
}

/** What kustomize would show of the object it cannot show is nothing. */
const printed = (resource: Resource): string =>
  located(
    () => 'map[string]interface {}(nil)',
    () => resourceYaml(resource),
  );

function fileName({ gvk, name }: Resource): string {
  const kind = [gvk.group, gvk.version, gvk.kind].filter((part) => part !== '').join('_');
  return `${kind.toLowerCase()}_${name.toLowerCase()}.yaml`;
}

/** What kubectl's build of kustomize calls its version. */
const VERSION_LABEL = 'kustomize-(devel)';
const LOCAL_CONFIG = 'config.kubernetes.io/local-config';

/**
 * Builds the kustomization in a folder, or in a folder of a repository, as kustomize 5.5 does.
 * @throws KctlError `input` in kustomize's words
 */
export async function buildKustomization(path: string, host: Host, settings: BuildSettings): Promise<BuildResult> {
  const loader = await Loader.open(host, path, settings.loadsAnywhere);
  const target = await Target.load(loader, { settings, schemas: new BuildSchemas() });
  await target.chooseSchemas();
  const sum = await target.accumulateRoot();
  const { resources } = sum;
  await hashTransformer(resources);
  sum.fixNameReferences();
  await sum.resolveVars((line) => host.warn(line));
  dropLocal(resources);
  const { sortOptions, buildMetadata = [] } = target.kustomization;
  if (sortOptions) await sortTransformer(sortOptions)(resources);
  else if (settings.reorder === 'legacy') await sortTransformer({ order: 'legacy' })(resources);
  if (settings.managedByLabel || buildMetadata.includes('managedByLabel')) {
    const labels = { 'app.kubernetes.io/managed-by': VERSION_LABEL };
    await entriesTransformer(labels, [fieldSpec('metadata/labels', { create: true })])(resources);
  }
  for (const resource of resources.items) tidyAnnotations(resource, buildMetadata);
  return new BuildResult(resources);
}

/** Objects that are only there for the build itself. */
function dropLocal(resources: ResourceList): void {
  resources.items = resources.items.filter((resource) => {
    if (resource.isEmpty) return false;
    requireMetadata(resource.node);
    const { [LOCAL_CONFIG]: mark = 'false' } = resource.annotations();
    return mark === 'false';
  });
}

/** The last look at annotations also makes all of their values texts. */
function tidyAnnotations(resource: Resource, buildMetadata: readonly string[]): void {
  const annotations = resource.annotations();
  if (resource.hasState || Object.keys(annotations).length > 0) resource.setAnnotations(annotations);
  if (!buildMetadata.includes('originAnnotations')) setOrigin(resource, undefined);
  if (!buildMetadata.includes('transformerAnnotations')) clearTransformations(resource);
}
