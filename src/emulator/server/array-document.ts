import type { KubeObject } from '../../api/meta.ts';
import { gathered } from './gathered.ts';
import { type Shape, YAML } from './negotiate.ts';

/** How a document is written that has one array: its last field, but in YAML. */
interface Layout {
  start: string;
  between: string;
  end: string;
  /** Of one element, from its JSON. */
  item(json: Buffer): Buffer;
}

function plain(head: object, key: string): Layout {
  const start = `${JSON.stringify(head).slice(0, -1)},"${key}":[`;
  return { start, between: ',', end: ']}\n', item: (json) => json };
}

function indented(head: object, key: string, isEmpty: boolean): Layout {
  return {
    start: `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "${key}": [`,
    between: ',',
    end: isEmpty ? ']\n}' : '\n  ]\n}',
    item: (json) => {
      const text = JSON.stringify(JSON.parse(json.toString()), null, 2);
      return Buffer.from(`\n    ${text.replaceAll('\n', '\n    ')}`);
    },
  };
}

/** Keys are sorted, so that the array may stand anywhere. */
async function yaml(head: object, key: string, isEmpty: boolean): Promise<Layout> {
  const { toYaml } = await import('../../lib/yaml.ts');
  const fields = Object.entries(head);
  const part = (chosen: [string, unknown][]) => (chosen.length > 0 ? toYaml(Object.fromEntries(chosen)) : '');
  return {
    start: `${part(fields.filter(([name]) => name < key))}${key}:${isEmpty ? ' []' : ''}\n`,
    between: '',
    end: part(fields.filter(([name]) => name > key)),
    item: (json) => Buffer.from(toYaml([JSON.parse(json.toString())])),
  };
}

function* pieces(
  { start, between, end, item }: Layout,
  objects: readonly KubeObject[],
  encode: (object: KubeObject) => Buffer,
): Generator<Uint8Array, void> {
  const separator = Buffer.from(between);
  yield Buffer.from(start);
  for (let at = 0; at < objects.length; at++) {
    if (at > 0) yield separator;
    yield item(encode(objects[at]!));
  }
  yield Buffer.from(end);
}

async function wholeDocument(contentType: string, pretty: boolean, document: object): Promise<Buffer> {
  if (contentType !== YAML)
    return Buffer.from(pretty ? JSON.stringify(document, null, 2) : `${JSON.stringify(document)}\n`);
  const { toYaml } = await import('../../lib/yaml.ts');
  return Buffer.from(toYaml(document));
}

/**
 * The bytes of a document with an array, in chunks.
 * @param head all fields but the array
 * @param key of the array
 * @param encode makes the JSON of one element
 * @param none what stands for an array without elements
 */
export async function* arrayDocument(
  { contentType, pretty }: Shape,
  head: object,
  key: string,
  objects: readonly KubeObject[],
  encode: (object: KubeObject) => Buffer,
  none: 'empty' | 'null' = 'empty',
): AsyncGenerator<Buffer, void> {
  const isEmpty = objects.length === 0;
  if (isEmpty && none === 'null') {
    yield await wholeDocument(contentType, pretty, { ...head, [key]: null });
    return;
  }
  const layout =
    contentType === YAML ? await yaml(head, key, isEmpty) : pretty ? indented(head, key, isEmpty) : plain(head, key);
  yield* gathered(pieces(layout, objects, encode));
}
