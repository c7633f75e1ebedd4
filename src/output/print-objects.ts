import type { KubeObject } from '../api/meta.ts';
import { KctlError } from '../lib/errors.ts';
import { parseExactJson } from '../lib/exact-json.ts';
import { fieldOrder, toCompactJson, toKubeJson } from '../lib/json.ts';

/** A format of `-o` without tables: its name and, for templates and columns, what followed the `=`. */
export interface ObjectFormat {
  name: string;
  argument?: string | undefined;
}

export interface ObjectPrinterOptions {
  /** Default true. */
  allowMissingKeys?: boolean;
  /** Default false: JSON and YAML leave `metadata.managedFields` out. */
  showManagedFields?: boolean;
  noHeaders?: boolean;
  /** Reads the file that a `-file` format names; throws where it cannot. */
  readFile?(path: string): string;
}

/** The text of one object (or of a `List`), complete with what stands between it and the one before. */
export type ObjectPrinter = (object: KubeObject) => string;

type PrinterFactory = (argument: string, options: ObjectPrinterOptions) => Promise<ObjectPrinter>;

/** Every module behind a format is loaded when that format is asked for. */
const factories: Readonly<Record<string, PrinterFactory>> = {
  json: async () => (object) => `${toKubeJson(object)}\n`,
  yaml: async () => {
    const { toYaml } = await import('../lib/yaml/write.ts');
    let isFirst = true;
    return (object) => {
      const separator = isFirst ? '' : '---\n';
      isFirst = false;
      return separator + toYaml(object);
    };
  },
  neat: async () => {
    const [{ neat }, { toYaml }] = await Promise.all([import('./neat/neat.ts'), import('../lib/yaml/write.ts')]);
    return documents((object) => toYaml(neat(object)));
  },
  decoded: async () => documents((await import('./decoded.ts')).decodedYaml),
  kyaml: async () => (await import('../lib/yaml/kyaml.ts')).toKyaml,
  name: async () => (object) =>
    itemsOf(object)
      .map((item) => `${typedName(item)}\n`)
      .join(''),
  jsonpath: jsonPathPrinter,
  'jsonpath-file': async (path, options) => jsonPathPrinter(fileText(path, options), options),
  'jsonpath-as-json': async (template, options) => {
    const path = await compiled(template, options);
    return (object) =>
      path
        .groups(asMap(object))
        .map((values) => `${toKubeJson(values)}\n`)
        .join('');
  },
  'go-template': goTemplatePrinter,
  'go-template-file': async (path, options) => goTemplatePrinter(fileText(path, options), options),
  template: goTemplatePrinter,
  templatefile: async (path, options) => goTemplatePrinter(fileText(path, options), options),
  'custom-columns': async (spec, options) => {
    const { customColumnsPrinter, parseCustomColumns } = await import('./custom-columns.ts');
    return columnsOf(customColumnsPrinter(parseCustomColumns(spec), options.noHeaders ?? false));
  },
  'custom-columns-file': async (path, options) => {
    const { customColumnsPrinter, parseCustomColumnsFile } = await import('./custom-columns.ts');
    return columnsOf(customColumnsPrinter(parseCustomColumnsFile(columnsText(path, options)), false));
  },
};

/** Each object as a document of its own, lists as their members: as a file holds what is to be applied. */
function documents(print: (object: KubeObject) => string): ObjectPrinter {
  let isFirst = true;
  return (object) =>
    itemsOf(object)
      .map((item) => {
        const separator = isFirst ? '' : '---\n';
        isFirst = false;
        return separator + print(item);
      })
      .join('');
}

/** The names of the formats that `createObjectPrinter` knows. */
export const objectFormatNames: readonly string[] = Object.keys(factories);

/** True where nobody sees `metadata.managedFields`, so that they need not be kept until then either. */
export function hidesManagedFields(
  { name }: ObjectFormat,
  { showManagedFields }: Pick<ObjectPrinterOptions, 'showManagedFields'>,
): boolean {
  return ['json', 'yaml', 'kyaml', 'decoded'].includes(name) && !showManagedFields;
}

/**
 * A printer of whole objects for `-o`.
 * @throws KctlError `usage` for an unknown format, a missing or a wrong template
 */
export async function createObjectPrinter(
  format: ObjectFormat,
  options: ObjectPrinterOptions = {},
): Promise<ObjectPrinter> {
  const factory = Object.hasOwn(factories, format.name) ? factories[format.name] : undefined;
  if (!factory) throw new KctlError('usage', `the output format "${format.name}" is not supported yet`);
  const print = await factory(format.argument ?? '', options);
  return hidesManagedFields(format, options) ? (object) => print(withoutManagedFields(object)) : print;
}

/** Paths are looked for in maps, whose keys Go sorts, and never in structs. */
function asMap(object: KubeObject): KubeObject {
  return fieldOrder in object ? (parseExactJson(toCompactJson(object)) as KubeObject) : object;
}

async function compiled(template: string, { allowMissingKeys = true }: ObjectPrinterOptions) {
  if (template === '') throw new KctlError('usage', 'template format specified but no template given');
  const { compileJsonPath } = await import('../lib/jsonpath.ts');
  return compileJsonPath(template, { allowMissingKeys });
}

async function jsonPathPrinter(template: string, options: ObjectPrinterOptions): Promise<ObjectPrinter> {
  const path = await compiled(template, options);
  return (object) => path.print(asMap(object));
}

async function goTemplatePrinter(
  template: string,
  { allowMissingKeys = true }: ObjectPrinterOptions,
): Promise<ObjectPrinter> {
  if (template === '') throw new KctlError('usage', 'template format specified but no template given');
  const { compileGoTemplate } = await import('../lib/go-template.ts');
  return compileGoTemplate(template, { allowMissingKeys });
}

function columnsOf(print: (objects: readonly object[]) => string): ObjectPrinter {
  return (object) => print(itemsOf(object));
}

function fileText(path: string, { readFile }: ObjectPrinterOptions): string {
  if (path === '') throw new KctlError('usage', 'template format specified but no template given');
  try {
    return (readFile ?? missingReader)(path);
  } catch (error) {
    throw new KctlError('usage', `error reading --template ${path}, ${(error as Error).message}`, { cause: error });
  }
}

/** kubectl words it otherwise than for templates, and with a line feed of its own. */
function columnsText(path: string, { readFile }: ObjectPrinterOptions): string {
  if (path === '') throw new KctlError('usage', 'custom-columns format specified but no custom columns given');
  try {
    return (readFile ?? missingReader)(path);
  } catch (error) {
    throw new KctlError('usage', `error reading template ${path}, ${(error as Error).message}\n`, { cause: error });
  }
}

function missingReader(path: string): string {
  throw new Error(`open ${path}: no such file or directory`);
}

/** The members of a list, or the object itself. */
export function itemsOf(object: KubeObject): KubeObject[] {
  return Array.isArray(object.items) && object.kind.endsWith('List') ? (object.items as KubeObject[]) : [object];
}

/** `pod/web`, `deployment.apps/web`. */
function typedName(object: KubeObject): string {
  const slash = object.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : `.${object.apiVersion.slice(0, slash)}`;
  return `${object.kind.toLowerCase()}${group}/${object.metadata.name ?? ''}`;
}

/** Several objects as kubectl prints them together: `kind: List` of `v1`, without a resource version. */
export function wrapList(items: readonly KubeObject[]): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [...items],
    metadata: { resourceVersion: '' } as KubeObject['metadata'],
  };
}

/** A copy without `metadata.managedFields`, of a list's items too; nothing is changed in place. */
export function withoutManagedFields(object: KubeObject): KubeObject {
  if (Array.isArray(object.items) && object.kind.endsWith('List')) {
    return { ...object, items: (object.items as KubeObject[]).map(withoutManagedFields) };
  }
  if (!object.metadata?.managedFields) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
