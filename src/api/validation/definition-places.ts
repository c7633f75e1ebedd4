import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../meta.ts';
import { type Fields, isEmpty, listAt } from './checks.ts';

/** A part of a definition, and where the server's messages say that it is. */
export interface DefinitionPlace<Part = Fields> {
  path: string;
  part: Part;
  /** The versions it is of. */
  versions: readonly Fields[];
}

const FIELDS = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const;
type Field = (typeof FIELDS)[number];

/** What all versions have in common is called otherwise than what each has for itself. */
const SHARED: Readonly<Record<Field, string>> = {
  schema: 'validation',
  subresources: 'subresources',
  additionalPrinterColumns: 'additionalPrinterColumns',
  selectableFields: 'selectableFields',
};

/** A definition as the server holds it inside. */
export interface InternalDefinition {
  /** The versions without what they share. */
  versions: readonly Fields[];
  /** In the order in which they are checked: what versions have for themselves, then what they share. */
  own(field: Field, version: number): DefinitionPlace | undefined;
  shared(field: Field): DefinitionPlace | undefined;
}

/**
 * What every version says in the same words stands once, before all versions (apiextensions-apiserver,
 * pkg/apis/apiextensions/v1/conversion.go); with one version that is everything.
 */
export function internalDefinition(spec: Fields | undefined): InternalDefinition {
  const versions = listAt(spec, 'versions');
  const common = new Map<Field, unknown>();
  for (const field of FIELDS) {
    const first = versions[0]?.[field];
    const isSame = versions.every((version) => sameField(version[field], first));
    if (versions.length > 0 && isSame) common.set(field, first);
  }
  return {
    versions: versions.map((version) =>
      Object.fromEntries(Object.entries(version).filter(([key]) => !common.has(key as Field))),
    ),
    own(field, at) {
      const part = versions[at]?.[field];
      if (common.has(field) || isEmpty(part)) return undefined;
      return { path: `spec.versions[${at}].${field}`, part, versions: [versions[at]!] };
    },
    shared(field) {
      const part = common.get(field);
      return isEmpty(part) ? undefined : { path: `spec.${SHARED[field]}`, part: part as Fields, versions };
    },
  };
}

const sameField = (a: unknown, b: unknown): boolean => (isEmpty(a) && isEmpty(b)) || isDeepStrictEqual(a, b);

/** The schemas of a definition with the paths under which messages name them, in the order of their checks. */
export function schemaPlaces({ spec }: KubeObject): DefinitionPlace[] {
  const internal = internalDefinition(spec);
  const own = internal.versions.map((_, at) => internal.own('schema', at));
  return [...own, internal.shared('schema')].flatMap((place) => {
    const part = place?.part.openAPIV3Schema;
    return place && typeof part === 'object' && part !== null
      ? [{ ...place, path: `${place.path}.openAPIV3Schema`, part }]
      : [];
  });
}
