import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkCustom } from '../../../src/emulator/crd/check.ts';
import { completeCustom } from '../../../src/emulator/crd/complete.ts';

// biome-ignore lint/suspicious/noExplicitAny: objects of any shape are held to the schema
type Json = any;

/** What a kube-apiserver 1.36.3 said of objects of one kind (dry runs of creates): `reason path: message`, sorted. */
const { schema, objects }: { schema: Json; objects: { spec: Json; causes: string[] }[] } = JSON.parse(
  readFileSync(new URL('./recorded-objects.json', import.meta.url), 'utf8'),
);
const scale = { specReplicasPath: '.spec.i64', statusReplicasPath: '.status.n', labelSelectorPath: '.status.s' };

test.each(objects.map((one) => [JSON.stringify(one.spec).slice(0, 120), one] as const))(
  'a real server was asked about %s',
  (_name, { spec, causes }) => {
    const object: Json = { apiVersion: 'g/v1', kind: 'Obj', metadata: { name: 'o' }, spec: structuredClone(spec) };
    completeCustom(object, schema, []);
    const found = checkCustom(object, undefined, {
      definition: 'objs.g',
      schema,
      scale,
      columns: [],
      selectableFields: {},
    });
    expect(found.map((one) => `${one.reason} ${one.field}: ${one.message}`).sort()).toEqual(causes.toSorted());
  },
);
