import { isSecret } from '../../../../api/changes/kept-object.ts';
import { lastAppliedAnnotation } from '../../../../api/changes/last-applied-annotation.ts';
import type { KubeObject } from '../../../../api/meta.ts';
import { KctlError } from '../../../../lib/errors.ts';
import { isFields } from '../../../../lib/field-paths.ts';
import { parseFirstYamlDocument, toYaml } from '../../../../lib/yaml.ts';
import { decodedYaml } from '../../../../output/decoded.ts';
import { say } from '../../../words/say.ts';

type Texts = Record<string, string>;

/** An object as people edit it: without who owns which field, and type and name on top. */
export function editableObject(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  const { apiVersion, kind, ...body } = object;
  return { apiVersion, kind, ...body, metadata };
}

/** What opens in the editor. The values of a secret are text there (`stringData`); what is no text stays base64. */
export function editorText(object: KubeObject): string {
  const shown = editableObject(object);
  return isSecret(object) ? decodedYaml(shown) : toYaml(shown);
}

/**
 * The object that a text from the editor means, with the values of a secret as the server keeps them.
 * @param before what was opened in the editor
 * @throws KctlError `input` where it is no YAML, no object, or another object
 */
export function readEdited(text: string, before: KubeObject): KubeObject {
  const read = parseFirstYamlDocument(text, say('the file'), true);
  if (!isFields(read) || !('kind' in read)) throw new KctlError('input', say('the file holds no object'));
  const object = { ...read, metadata: isFields(read['metadata']) ? read['metadata'] : {} } as unknown as KubeObject;
  const changed = (['apiVersion', 'kind'] as const).filter((field) => object[field] !== before[field]);
  const renamed = (['name', 'namespace'] as const).filter((field) => object.metadata[field] !== before.metadata[field]);
  const [other] = [...changed, ...renamed];
  if (other)
    throw new KctlError('input', say('{field} says which object it is, and cannot be changed', { field: other }));
  return isSecret(before) ? encoded(object, before) : object;
}

function encoded({ stringData, ...object }: KubeObject, before: KubeObject): KubeObject {
  const texts: Record<string, unknown> = isFields(stringData) ? { ...stringData } : {};
  const wrong = Object.keys(texts).find((key) => typeof texts[key] !== 'string');
  if (wrong !== undefined) {
    throw new KctlError('input', say('{field} is no text: put it in quotes', { field: `stringData.${wrong}` }));
  }
  const values = Object.entries(texts as Texts).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  const data: Texts = { ...object['data'], ...Object.fromEntries(values) };
  const sorted = Object.fromEntries(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));
  // The copy that client-side apply keeps has the values too: it was not in the editor, and stays.
  const applied = before.metadata.annotations?.[lastAppliedAnnotation];
  const annotations = {
    ...object.metadata.annotations,
    ...(applied !== undefined && { [lastAppliedAnnotation]: applied }),
  };
  const metadata = applied === undefined ? object.metadata : { ...object.metadata, annotations };
  return { ...object, metadata, ...(Object.keys(sorted).length > 0 && { data: sorted }) } as KubeObject;
}
