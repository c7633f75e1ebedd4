import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { customRules } from '../../../src/emulator/crd/check.ts';
import { applyDefaults } from '../../../src/emulator/registry/facts.ts';
import { validate, warningsFor } from '../../../src/emulator/registry/validate.ts';

// biome-ignore lint/suspicious/noExplicitAny: definitions of any shape are held to the rules
type Json = any;

interface Recorded {
  name: string;
  spec: Json;
  object?: string;
  /** `path: message`, sorted. */
  causes: string[];
  warning?: string;
}

/** What a kube-apiserver 1.36.3 said of definitions (dry runs of creates). */
const recorded: Recorded[] = JSON.parse(readFileSync(new URL('./recorded-definitions.json', import.meta.url), 'utf8'));

const resource: Json = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  storage: 'customresourcedefinitions.apiextensions.k8s.io',
  namespaced: false,
};

beforeAll(async () => {
  // Loads what rules need.
  const object = { spec: { versions: [{ 'x-kubernetes-validations': [] }] } };
  await customRules.admit?.({ resource, object } as Json);
});

describe('definitions that a real server was asked about', () => {
  test.each(recorded)('$name', ({ spec, object, causes, warning }) => {
    const name = object ?? `${spec.names?.plural ?? 'recs'}.${spec.group}`;
    const definition: Json = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name },
      spec: structuredClone(spec),
    };
    applyDefaults(definition, resource);
    const found = validate(definition, undefined, resource).map((one) => `${one.field}: ${one.message}`);
    expect(found.sort()).toEqual(causes.toSorted());
    const said = warningsFor(definition, resource).map((text) => `299 - ${JSON.stringify(text)}`);
    expect(said.join(', ')).toBe(warning ?? '');
  });
});
