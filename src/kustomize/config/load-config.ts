import { parseFirstYamlDocument } from '../../lib/yaml.ts';
import { failed } from '../failure.ts';
import { decode } from '../kustomization/decode.ts';
import { plainData } from '../kustomization/read.ts';
import type { Loader } from '../load/loader.ts';
import { FIELD_LISTS, type FieldListName, type NameReference, type TransformerConfig } from './config-types.ts';
import { type FieldSpec, fieldSpec } from './field-spec.ts';
import { defaultConfig, emptyConfig, makeConfig, mergeConfigs } from './transformer-config.ts';

type LooseSpec = Partial<FieldSpec>;
type LooseConfig = Partial<Record<FieldListName, LooseSpec[]>> & {
  nameReference?: (Partial<NameReference> & { fieldSpecs?: LooseSpec[] })[];
};

export const fullSpec = ({ path = '', ...rest }: LooseSpec): FieldSpec => fieldSpec(path, rest);

/** The default fields and those that the files of `configurations` add. @throws KctlError `input` */
export async function loadConfig(paths: readonly string[], loader: Loader): Promise<TransformerConfig> {
  let config: TransformerConfig = emptyConfig;
  for (const path of paths) config = mergeConfigs(config, readConfig(await loader.loadText(path)));
  return paths.length === 0 ? defaultConfig() : mergeConfigs(defaultConfig(), config);
}

function readConfig(text: string): TransformerConfig {
  let loose: LooseConfig;
  try {
    loose = decode<LooseConfig>(plainData(text), 'TransformerConfig', { strict: true });
  } catch (error) {
    const { message } = error as Error;
    throw failed(
      message.startsWith('json: ')
        ? `error unmarshaling JSON: while decoding JSON: ${message}`
        : `error converting YAML to JSON: ${message}`,
      error,
    );
  }
  const lists = Object.keys(FIELD_LISTS).map((name) => [name, (loose[name as FieldListName] ?? []).map(fullSpec)]);
  const nameReference = (loose.nameReference ?? []).map(({ fieldSpecs = [], ...gvk }) => ({
    ...{ group: '', version: '', kind: '', ...gvk },
    fieldSpecs: fieldSpecs.map(fullSpec),
  }));
  return makeConfig({ ...Object.fromEntries(lists), nameReference });
}

/** As much of an OpenAPI definition as says what a custom resource's fields mean. */
interface Definition {
  Schema?: Schema;
}

interface Schema {
  $ref?: string;
  properties?: Record<string, Schema>;
  [extension: `x-${string}`]: unknown;
}

/** What the OpenAPI definitions of `crds` say of fields that hold names, labels and annotations. */
export async function loadCrdConfig(paths: readonly string[], loader: Loader): Promise<TransformerConfig> {
  let config: TransformerConfig = emptyConfig;
  for (const path of paths) {
    const definitions = readDefinitions(await loader.loadText(path), path);
    for (const [name, { Schema: schema }] of Object.entries(definitions)) {
      const { kind, apiVersion, metadata } = schema?.properties ?? {};
      if (!kind || !apiVersion || !metadata) continue;
      const fields = new CrdFields(name.split('.').at(-1)!, definitions);
      fields.visit(name, []);
      config = mergeConfigs(config, fields.config());
    }
  }
  return config;
}

function readDefinitions(text: string, path: string): Record<string, Definition> {
  try {
    const data = text.startsWith('{') ? JSON.parse(text) : parseFirstYamlDocument(text, path);
    return (data ?? {}) as Record<string, Definition>;
  } catch (error) {
    throw failed(`unable to parse open API definition from '${path}': ${(error as Error).message}`, error);
  }
}

class CrdFields {
  private readonly kind: string;
  private readonly definitions: Readonly<Record<string, Definition>>;
  private readonly lists: Record<'commonAnnotations' | 'commonLabels' | 'namePrefix', FieldSpec[]> = {
    commonAnnotations: [],
    commonLabels: [],
    namePrefix: [],
  };
  private readonly references: NameReference[] = [];

  constructor(kind: string, definitions: Readonly<Record<string, Definition>>) {
    this.kind = kind;
    this.definitions = definitions;
  }

  config(): TransformerConfig {
    let config = makeConfig(this.lists);
    for (const reference of this.references) config = mergeConfigs(config, makeConfig({ nameReference: [reference] }));
    return config;
  }

  visit(type: string, path: readonly string[]): void {
    for (const [name, property] of Object.entries(this.definitions[type]?.Schema?.properties ?? {})) {
      const here = [...path, name];
      const marks = [
        ['x-kubernetes-annotation', this.lists.commonAnnotations],
        ['x-kubernetes-label-selector', this.lists.commonLabels],
        ['x-kubernetes-identity', this.lists.namePrefix],
      ] as const;
      for (const [mark, list] of marks) if (typeof property[mark] === 'string') list.push(this.spec(here));
      this.addReference(property, here);
      if (property.$ref !== undefined) this.visit(property.$ref, here);
    }
  }

  private addReference(property: Schema, path: readonly string[]): void {
    const text = (name: `x-${string}`) => (typeof property[name] === 'string' ? (property[name] as string) : undefined);
    const version = text('x-kubernetes-object-ref-api-version');
    const kind = text('x-kubernetes-object-ref-kind');
    if (version === undefined || kind === undefined) return;
    const key = text('x-kubernetes-object-ref-name-key') ?? 'name';
    this.references.push({ group: '', version, kind, fieldSpecs: [this.spec([...path, key])] });
  }

  private spec(path: readonly string[]): FieldSpec {
    return fieldSpec(path.join('/'), { kind: this.kind });
  }
}
