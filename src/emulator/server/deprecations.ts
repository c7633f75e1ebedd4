/** Built-in kinds that are warned of with every answer, by resource (k8s.io/api, APILifecycleDeprecated). */
const DEPRECATIONS: Readonly<Record<string, string>> = {
  componentstatuses: 'v1 ComponentStatus is deprecated in v1.19+',
  endpoints: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

interface Asked {
  group: string;
  plural: string;
  custom?: { deprecation?: string | undefined } | undefined;
}

/** What requests for a resource are warned with, whatever they ask; undefined where nothing speaks against it. */
export function deprecationOf({ group, plural, custom }: Asked): string | undefined {
  if (custom) return custom.deprecation;
  return group === '' && Object.hasOwn(DEPRECATIONS, plural) ? DEPRECATIONS[plural] : undefined;
}
