import type { KubeObject } from '../meta.ts';
import type { Fields } from './checks.ts';
import { schemaPlaces } from './definition-places.ts';

/** Formats of texts that a 1.36 server knows, without hyphens (apiextensions-apiserver, pkg/apiserver/validation/formats.go). */
const TEXTS = new Set(
  'bsonobjectid uri email hostname ipv4 ipv6 cidr mac uuid uuid3 uuid4 uuid5 isbn isbn10 isbn13 creditcard ssn hexcolor rgbcolor byte password date duration datetime k8sshortname k8slongname'.split(
    ' ',
  ),
);

const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  integer: ['int32', 'int64'],
  number: ['float', 'double'],
};

/** The format that a schema asks for, as far as servers know it. */
export function formatName({ type, format }: { type?: string; format?: unknown }): string | undefined {
  if (typeof format !== 'string' || format === '') return undefined;
  const isKnown =
    !type || type === 'string' ? TEXTS.has(format.replaceAll('-', '')) : NUMBERS[type]?.includes(format) === true;
  return isKnown ? format : undefined;
}

/** Warnings for formats that nobody will look at; on an update only for those that were not there before. */
export function definitionWarnings(definition: KubeObject, previous: KubeObject | undefined): string[] {
  const before = new Set(previous ? oddFormats(previous) : []);
  return oddFormats(definition)
    .filter((format) => !before.has(format))
    .map((format) => `unrecognized format ${JSON.stringify(format)}`);
}

const oddFormats = (definition: KubeObject): string[] =>
  schemaPlaces(definition).flatMap(({ part }) => {
    const found: string[] = [];
    visit(part, found);
    return found;
  });

function visit(schema: unknown, found: string[]): void {
  if (typeof schema !== 'object' || schema === null) return;
  const { format, properties, items, additionalProperties, allOf, anyOf, oneOf, not } = schema as Fields;
  if (typeof format === 'string' && format !== '' && !formatName(schema)) found.push(format);
  for (const child of Object.values(properties ?? {})) visit(child, found);
  for (const child of [items, additionalProperties, not]) visit(child, found);
  for (const list of [allOf, anyOf, oneOf]) for (const child of list ?? []) visit(child, found);
}
