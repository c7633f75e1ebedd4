import type { TransformerConfig } from './config/config-types.ts';
import { emptyConfig, mergeConfigs } from './config/transformer-config.ts';
import { failed } from './failure.ts';
import type { Var } from './kustomization/types.ts';
import { type ResourceId, sameGvk, sameId } from './resource/id.ts';
import { ResourceList } from './resource/resource-list.ts';
import { nameReferenceTransformer } from './transform/name-references.ts';
import { fullVar, varText, varTransformer, varValue } from './transform/vars.ts';

/** What has come together of a kustomization: objects, the fields that transformers change, vars. */
export class Accumulator {
  readonly resources = new ResourceList();
  config: TransformerConfig = emptyConfig;
  private readonly vars = new Map<string, Var>();

  mergeConfig(config: TransformerConfig): void {
    this.config = mergeConfigs(this.config, config);
  }

  /** @throws KctlError `input` where both have an object or a var */
  merge(other: Accumulator): void {
    this.resources.addAll(other.resources.items);
    this.mergeConfig(other.config);
    for (const one of other.vars.values()) this.addVar(one);
  }

  /** @throws KctlError `input` for a name that is taken and an object that is not the only one */
  mergeVars(vars: readonly Var[]): void {
    for (const one of vars) {
      const id = varTarget(one);
      const matches = (each: ResourceId) =>
        id.namespace === '' ? each.name === id.name && sameGvk(each, id) : sameId(each, id);
      const found = this.resources.byAnyId(matches);
      if (found.length > 1) {
        throw failed(`found ${found.length} resId matches for var ${varText(fullVar(one))} (unable to disambiguate)`);
      }
      found[0]?.varNames.push(one.name ?? '');
    }
    for (const one of vars) this.addVar(one);
  }

  private addVar(one: Var): void {
    const full = fullVar(one);
    if (this.vars.has(full.name!)) throw failed(`var '${full.name}' already encountered`);
    this.vars.set(full.name!, full);
  }

  fixNameReferences(): void {
    nameReferenceTransformer(this.config.nameReference)(this.resources);
  }

  /** Puts the values of vars where they are asked for; those that nobody asks for are told to `warn`. */
  async resolveVars(warn: (line: string) => void): Promise<void> {
    if (this.vars.size === 0) return;
    const names = [...this.vars.keys()].sort();
    const values = new Map(names.map((name) => [name, this.valueOf(this.vars.get(name)!)]));
    const used = new Set<string>();
    await varTransformer(values, this.config.varReference, used)(this.resources);
    const unused = names.filter((name) => !used.has(name));
    if (unused.length > 0) warn(`well-defined vars that were never replaced: ${unused.join(',')}`);
  }

  private valueOf(one: Var): unknown {
    const resource = this.resources.items.find(({ varNames }) => varNames.includes(one.name!));
    if (!resource) throw failed(`var '${varText(one)}' cannot be mapped to a field in the set of known resources`);
    const value = varValue(resource, one.fieldref!.fieldPath!);
    if (value === undefined) {
      throw failed(`field specified in var '${varText(one)}' not found in corresponding resource`);
    }
    return value;
  }
}

function varTarget(one: Var): ResourceId {
  const { group = '', version = '', kind = '', name = '', namespace = '' } = fullVar(one).objref!;
  return { group, version, kind, name, namespace, clusterScoped: false };
}
