import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { validateRules } from '../../../src/emulator/crd/validate-rules.ts';
import { type Json, type TestCluster, testCluster } from '../server/cluster.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
let count = 0;

function definitionOf(kind: string, spec: Json, more: Json = {}): Json {
  const plural = `${kind.toLowerCase()}s`;
  const schema = { type: 'object', properties: { spec }, ...more };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.rules.example.com` },
    spec: {
      group: 'rules.example.com',
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  };
}

const rule = (text: string, more: Json = {}) => ({ rule: text, ...more });

/** Defines a kind of its own for the schema and returns how to write objects of it. */
async function define(spec: Json, more: Json = {}) {
  const kind = `Thing${count++}`;
  const made = await cluster.call('POST', DEFINITIONS, { body: definitionOf(kind, spec, more) });
  expect(made.body.message ?? '').toBe('');
  const path = `/apis/rules.example.com/v1/namespaces/default/${kind.toLowerCase()}s`;
  const object = (name: string, value: Json, version?: string) => ({
    apiVersion: 'rules.example.com/v1',
    kind,
    metadata: { name, ...(version ? { resourceVersion: version } : {}) },
    spec: value,
  });
  return {
    create: (value: Json, name = 'a') => cluster.call('POST', path, { body: object(name, value) }),
    update: async (value: Json, name = 'a') => {
      const { metadata } = (await cluster.call('GET', `${path}/${name}`)).body;
      return cluster.call('PUT', `${path}/${name}`, { body: object(name, value, metadata.resourceVersion) });
    },
  };
}

const causes = (answer: { body: Json }): [string, string][] =>
  (answer.body.details?.causes ?? []).map(({ field, message }: Json) => [field, message]);

describe('rules of a definition', () => {
  const refused = async (spec: Json, more: Json = {}) => {
    const answer = await cluster.call('POST', DEFINITIONS, { body: definitionOf(`Wrong${count++}`, spec, more) });
    expect(answer.status).toBe(422);
    return causes(answer);
  };
  const SPEC = 'spec.validation.openAPIV3Schema.properties[spec]';

  test('are compiled against the types of the schema', async () => {
    const spec = {
      type: 'object',
      properties: { replicas: { type: 'integer' }, name: { type: 'string' } },
      'x-kubernetes-validations': [
        rule('self.replicas > 1'),
        rule('self.foo == 1'),
        rule('self.replicas == self.name'),
      ],
    };
    const found = await refused(spec);
    expect(found.map(([field]) => field)).toEqual([
      `${SPEC}.x-kubernetes-validations[1].rule`,
      `${SPEC}.x-kubernetes-validations[2].rule`,
    ]);
    expect(found[0]![1]).toBe(
      'Invalid value: {"Rule":"self.foo == 1","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":null}: ' +
        "compilation failed: ERROR: <input>:1:5: undefined field 'foo'\n | self.foo == 1\n | ....^",
    );
    expect(found[1]![1]).toContain("found no matching overload for '_==_' applied to '(int, string)'");
  });

  test('must be whole, and true or false', async () => {
    const spec = (one: Json) => ({
      type: 'object',
      properties: { a: { type: 'string' } },
      'x-kubernetes-validations': [one],
    });
    const at = `${SPEC}.x-kubernetes-validations[0]`;
    expect(await refused(spec(rule(' ')))).toEqual([[`${at}.rule`, 'Required value: rule is not specified']]);
    expect(await refused(spec(rule('true', { message: ' ' })))).toEqual([
      [`${at}.message`, 'Invalid value: " ": must be non-empty if specified'],
    ]);
    expect(await refused(spec(rule('true &&\ntrue')))).toEqual([
      [`${at}.message`, 'Required value: message must be specified if rule contains line breaks'],
    ]);
    expect(await refused(spec(rule('true', { reason: 'Odd' })))).toEqual([
      [
        `${at}.reason`,
        'Unsupported value: "Odd": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"',
      ],
    ]);
    expect(await refused(spec(rule('true', { fieldPath: '.b' })))).toEqual([
      [`${at}.fieldPath`, 'Invalid value: ".b": must be a valid path'],
    ]);
    expect((await refused(spec(rule('self.a'))))[0]![1]).toContain('cel expression must evaluate to a bool');
    expect((await refused(spec(rule('true', { messageExpression: '1' }))))[0]).toEqual([
      `${at}.messageExpression`,
      expect.stringContaining('messageExpression must evaluate to a string'),
    ]);
    expect((await refused(spec(rule('true', { optionalOldSelf: true }))))[0]).toEqual([
      `${at}.optionalOldSelf`,
      'Invalid value: true: may not be set if oldSelf is not used in rule',
    ]);
  });

  test('cannot look back at what cannot be found again', async () => {
    const items = { type: 'string', maxLength: 9, 'x-kubernetes-validations': [rule('self == oldSelf')] };
    const [cause] = await refused({ type: 'object', properties: { list: { type: 'array', maxItems: 9, items } } });
    expect(cause).toEqual([
      `${SPEC}.properties[list].items.x-kubernetes-validations[0].rule`,
      `Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within ${SPEC}.properties[list]`,
    ]);
  });

  test('do not see what the schema says nothing of', async () => {
    const free = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    const found = await refused({
      type: 'object',
      properties: { free, any: { 'x-kubernetes-preserve-unknown-fields': true } },
      'x-kubernetes-validations': [rule('self.free.x == 1'), rule('has(self.any)')],
    });
    expect(found.map(([, message]) => message)).toEqual([
      expect.stringContaining("undefined field 'x'"),
      expect.stringContaining("undefined field 'any'"),
    ]);
  });
});

describe('custom objects', () => {
  test('are held to the rules of every part, with messages, reasons and paths', async () => {
    const things = await define({
      type: 'object',
      properties: {
        min: { type: 'integer' },
        max: { type: 'integer' },
        'max-name': { type: 'string', 'x-kubernetes-validations': [rule("self.startsWith('n')")] },
        namespace: { type: 'string' },
        port: { 'x-kubernetes-int-or-string': true },
        when: { type: 'string', format: 'date-time' },
        labels: {
          type: 'object',
          additionalProperties: {
            type: 'string',
            'x-kubernetes-validations': [rule("self != 'no'", { message: 'not no' })],
          },
        },
        list: { type: 'array', items: { type: 'integer', 'x-kubernetes-validations': [rule('self < 10')] } },
      },
      'x-kubernetes-validations': [
        rule('self.min <= self.max', { messageExpression: "'min %d is above max %d'.format([self.min, self.max])" }),
        rule("!has(self.__namespace__) || self.__namespace__ != 'kube'", {
          reason: 'FieldValueForbidden',
          fieldPath: '.namespace',
          message: 'reserved',
        }),
        rule("!has(self.max__dash__name) || self.max__dash__name != 'nope'", { message: 'nope' }),
        rule('!has(self.port) || (type(self.port) == int ? self.port > 0 : self.port.size() > 0)'),
        rule("!has(self.when) || self.when > timestamp('2020-01-01T00:00:00Z')", { message: 'too old' }),
      ],
    });
    expect(
      (await things.create({ min: 1, max: 2, port: 'http', list: [1], when: '2024-01-01T00:00:00Z' })).status,
    ).toBe(201);
    const answer = await things.create(
      {
        min: 3,
        max: 2,
        namespace: 'kube',
        'max-name': 'x',
        port: 0,
        when: '2019-01-01T00:00:00Z',
        labels: { a: 'no' },
        list: [1, 20],
      },
      'b',
    );
    expect(answer.status).toBe(422);
    expect(causes(answer)).toEqual([
      ['spec', 'Invalid value: min 3 is above max 2'],
      ['spec.namespace', 'Forbidden: reserved'],
      [
        'spec',
        'Invalid value: failed rule: !has(self.port) || (type(self.port) == int ? self.port > 0 : self.port.size() > 0)',
      ],
      ['spec', 'Invalid value: too old'],
      ['spec.max-name', `Invalid value: "x": failed rule: self.startsWith('n')`],
      ['spec.labels[a]', 'Invalid value: "no": not no'],
      ['spec.list[1]', 'Invalid value: 20: failed rule: self < 10'],
    ]);
  });

  test('are told which rule failed to run', async () => {
    const things = await define({
      type: 'object',
      properties: { a: { type: 'integer' }, b: { type: 'integer' } },
      'x-kubernetes-validations': [rule('self.a / self.b > 0', { message: 'positive' })],
    });
    expect(causes(await things.create({ a: 1, b: 0 }))).toEqual([
      ['spec', 'Invalid value: "object": division by zero evaluating rule: positive'],
    ]);
    expect(causes(await things.create({ a: 1 }))).toEqual([
      ['spec', 'Invalid value: "object": no such key: b evaluating rule: positive'],
    ]);
  });

  test('are compared with what they were only where there is something to compare with', async () => {
    const things = await define({
      type: 'object',
      properties: {
        fixed: {
          type: 'string',
          'x-kubernetes-validations': [rule('self == oldSelf', { message: 'fixed is immutable' })],
        },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, port: { type: 'integer' } },
            'x-kubernetes-validations': [rule('self.port >= oldSelf.port', { message: 'ports only rise' })],
          },
        },
        once: {
          type: 'string',
          'x-kubernetes-validations': [
            rule("oldSelf.hasValue() ? oldSelf.value() == self : self != 'never'", {
              optionalOldSelf: true,
              message: 'once',
            }),
          ],
        },
      },
    });
    const ports = (a: number, b: number) => [
      { name: 'b', port: b },
      { name: 'a', port: a },
    ];
    expect(causes(await things.create({ once: 'never' }))).toEqual([['spec.once', 'Invalid value: "never": once']]);
    expect((await things.create({ fixed: 'x', ports: ports(1, 2), once: 'y' })).status).toBe(201);
    expect(causes(await things.update({ fixed: 'z', ports: ports(3, 1), once: 'w' }))).toEqual([
      ['spec.fixed', 'Invalid value: "z": fixed is immutable'],
      ['spec.ports[0]', 'Invalid value: ports only rise'],
      ['spec.once', 'Invalid value: "w": once'],
    ]);
    expect(
      (await things.update({ fixed: 'x', ports: [...ports(1, 5), { name: 'c', port: 1 }], once: 'y' })).status,
    ).toBe(200);
  });

  test('may stay as wrong as they were, with a warning', async () => {
    const kind = `Old${count++}`;
    const schema = (rules: Json[]) => ({
      type: 'object',
      properties: { size: { type: 'integer', 'x-kubernetes-validations': rules }, note: { type: 'string' } },
    });
    const made = await cluster.call('POST', DEFINITIONS, { body: definitionOf(kind, schema([])) });
    const path = `/apis/rules.example.com/v1/namespaces/default/${kind.toLowerCase()}s`;
    const object = (spec: Json, resourceVersion?: string) => ({
      apiVersion: 'rules.example.com/v1',
      kind,
      metadata: { name: 'a', ...(resourceVersion ? { resourceVersion } : {}) },
      spec,
    });
    const first = await cluster.call('POST', path, { body: object({ size: 5 }) });
    const version: string = first.body.metadata.resourceVersion;
    const newer = definitionOf(kind, schema([rule('self > 10')]));
    newer.metadata.resourceVersion = (
      await cluster.call('GET', `${DEFINITIONS}/${made.body.metadata.name}`)
    ).body.metadata.resourceVersion;
    expect((await cluster.call('PUT', `${DEFINITIONS}/${made.body.metadata.name}`, { body: newer })).status).toBe(200);
    const kept = await cluster.call('PUT', `${path}/a`, { body: object({ size: 5, note: 'x' }, version) });
    expect(kept.status).toBe(200);
    expect(kept.headers.warning).toContain('spec.size: Invalid value: 5: failed rule: self > 10');
    expect(
      (await cluster.call('PUT', `${path}/a`, { body: object({ size: 6 }, kept.body.metadata.resourceVersion) })).body
        .message,
    ).toContain('spec.size: Invalid value: 6: failed rule: self > 10');
  });

  test('with other problems are not held to the rules', async () => {
    const things = await define({
      type: 'object',
      required: ['a'],
      properties: { a: { type: 'integer' } },
      'x-kubernetes-validations': [rule('self.a > 0')],
    });
    expect(causes(await things.create({}))).toEqual([
      ['spec.a', 'Required value'],
      [
        '<nil>',
        'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
      ],
    ]);
  });

  test('cannot make a rule run without end', () => {
    const list = {
      type: 'array',
      items: { type: 'integer' },
      'x-kubernetes-validations': [rule('self.all(a, self.all(b, self.all(c, a + b + c >= 0)))', { message: 'deep' })],
    };
    const schema = { type: 'object', properties: { list } };
    const object = { list: Array.from({ length: 300 }, (_, at) => at) };
    expect(validateRules(object, undefined, schema).causes.map(({ field, message }) => [field, message])).toEqual([
      [
        'list',
        `Invalid value: "array": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: deep`,
      ],
    ]);
  });

  test('treat sets and maps of lists as what they are', async () => {
    const set = { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } };
    const things = await define({
      type: 'object',
      properties: { a: set, b: set },
      'x-kubernetes-validations': [rule('self.a == self.b', { message: 'differ' })],
    });
    expect((await things.create({ a: ['x', 'y'], b: ['y', 'x'] })).status).toBe(201);
    expect(causes(await things.create({ a: ['x'], b: ['y'] }, 'b'))).toEqual([['spec', 'Invalid value: differ']]);
  });

  test('have a name and a kind for rules at the root', async () => {
    const things = await define(
      { type: 'object' },
      {
        'x-kubernetes-validations': [
          rule("self.metadata.name.startsWith('ok') && self.kind != ''", { message: 'name' }),
        ],
      },
    );
    expect((await things.create({}, 'ok-1')).status).toBe(201);
    expect(causes(await things.create({}, 'bad'))).toEqual([['<nil>', 'Invalid value: name']]);
  });
});

beforeEach(() => {
  count++;
});
