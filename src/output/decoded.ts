import { X509Certificate } from 'node:crypto';
import type { KubeObject } from '../api/meta.ts';
import { objectTypeOf, type TypeSchema, typeSchema, type ValueSchema } from '../api/schema.ts';
import { toYaml } from '../lib/yaml/write.ts';

type Fields = Record<string, unknown>;

/**
 * YAML with what is base64 as the text that it stands for: the data of secrets as `stringData`, binary data of
 * config maps that is text as `data`, certificates and requests in their places. What is no text stays base64.
 * Certificates are told in comments. The copy of a secret that client-side apply keeps is left out.
 */
export function decodedYaml(object: KubeObject): string {
  const schema = typeSchema(object.apiVersion, object.kind);
  const shown = schema ? decodeFields(object, schema) : { ...object };
  const { data, binaryData, stringData } = shown as Record<string, Fields | undefined>;
  if (object.kind === 'Secret') split(shown, { text: 'stringData', binary: 'data' }, data, stringData);
  if (object.kind === 'ConfigMap') split(shown, { text: 'data', binary: 'binaryData' }, binaryData, data);
  const comments = object.kind === 'Secret' ? certificates(shown.stringData as Fields | undefined) : [];
  return `${comments.map((line) => `# ${line}\n`).join('')}${toYaml(withoutLastApplied(shown))}`;
}

/** Values that came out as text are wrapped, so that they are told from those that stay as they are. */
class Text {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function split(
  object: Fields,
  to: { text: string; binary: string },
  decoded: Fields | undefined,
  besides: Fields | undefined,
): void {
  const entries = Object.entries(decoded ?? {});
  const texts = entries.flatMap(([key, value]) => (value instanceof Text ? [[key, value.text]] : []));
  const others = entries.filter(([, value]) => !(value instanceof Text));
  for (const field of [to.text, to.binary]) delete object[field];
  if (texts.length > 0 || besides) object[to.text] = { ...besides, ...Object.fromEntries(texts) };
  if (others.length > 0) object[to.binary] = Object.fromEntries(others);
}

function decodeFields(value: Fields, schema: TypeSchema): Fields {
  const isTop = 'kind' in value && 'metadata' in value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => {
      const field = schema.fields.get(key);
      if (!field) return [key, child];
      const decoded = decode(child, field.value);
      // The maps of secrets and config maps are split afterwards.
      const isSplit = isTop && field.value.kind === 'map';
      return [key, isSplit ? decoded : unwrap(decoded)];
    }),
  );
}

function decode(value: unknown, schema: ValueSchema): unknown {
  if (value === null || value === undefined) return value;
  if (schema.kind === 'bytes') return typeof value === 'string' ? (asText(value) ?? value) : value;
  if (schema.kind === 'array')
    return Array.isArray(value) ? value.map((item) => unwrap(decode(item, schema.items))) : value;
  if (typeof value !== 'object') return value;
  if (schema.kind === 'map') {
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, decode(child, schema.values)]));
  }
  const type = schema.kind === 'object' ? objectTypeOf(schema) : undefined;
  return type ? decodeFields(value as Fields, type) : value;
}

const unwrap = (value: unknown): unknown => (value instanceof Text ? value.text : value);

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 without control characters but those of lines; undefined for anything else. */
function asText(base64: string): Text | undefined {
  const bytes = Buffer.from(base64, 'base64');
  try {
    const text = decoder.decode(bytes);
    return /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text) ? undefined : new Text(text);
  } catch {
    return undefined;
  }
}

function certificates(texts: Fields | undefined): string[] {
  return Object.entries(texts ?? {}).flatMap(([key, text]) => {
    if (!String(text).includes('-----BEGIN CERTIFICATE-----')) return [];
    try {
      const { subject, subjectAltName, validTo } = new X509Certificate(String(text));
      const names = subjectAltName ? `, for ${subjectAltName}` : '';
      return [
        oneLine(
          `${key}: certificate of ${subject || 'nobody'}${names}, valid until ${new Date(validTo).toISOString()}`,
        ),
      ];
    } catch {
      return [];
    }
  });
}

/** A comment ends with its line: names in certificates must not begin another. */
const oneLine = (text: string): string => text.replace(/[\x00-\x1f\x7f\u0085\u2028\u2029]+/g, ' ');

function withoutLastApplied(object: Fields): Fields {
  const metadata = object.metadata as Fields & { annotations?: Record<string, string> };
  const { 'kubectl.kubernetes.io/last-applied-configuration': applied, ...annotations } = metadata?.annotations ?? {};
  if (applied === undefined) return object;
  const { annotations: _, ...others } = metadata;
  const kept = Object.keys(annotations).length > 0 ? { annotations } : {};
  return { ...object, metadata: { ...others, ...kept } };
}
