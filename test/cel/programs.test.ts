import { describe, expect, test } from 'vitest';
import {
  AUTHORIZER,
  authorizerValue,
  BOOL,
  type CelAuthorizerQuestion,
  type CelBudget,
  compileCel,
  DYN,
  INT,
  listOf,
  objectType,
  RESOURCE_CHECK,
  requestResourceValue,
  STRING,
} from '../../src/cel/index.ts';
import { escapeName, schemaType } from '../../src/cel/schema-types.ts';

describe('a program', () => {
  test('asks for variables only when it needs them, and once', () => {
    let asked = 0;
    const variables = objectType('variables', { x: INT, y: INT });
    const program = compileCel('variables.x > 0 && variables.x < 10', { variables: { variables } });
    const bound = {
      x: () => {
        asked++;
        return 5;
      },
      y: () => {
        throw new Error('nobody asked');
      },
    };
    expect(program.evaluate({ variables: bound })).toBe(true);
    expect(asked).toBe(1);
  });

  test('hands values on with their types', () => {
    const first = compileCel("duration('90s')", { variables: {} });
    const second = compileCel("d > duration('1m') && d.getSeconds() == 90", { variables: { d: first.type } });
    expect(second.evaluate({ d: first.run({}).value })).toBe(true);
  });

  test('takes from a budget, and says when a call is too much', () => {
    const program = compileCel('ints.all(a, ints.all(b, ints.all(c, a + b + c > 0)))', {
      variables: { ints: listOf(INT) },
    });
    const budget: CelBudget = { remaining: 1000 };
    program.run({ ints: [1, 2] }, budget);
    expect(budget.remaining).toBeLessThan(1000);
    const many = Array.from({ length: 200 }, () => 1);
    expect(() => program.run({ ints: many }, budget)).toThrow('operation cancelled: actual cost limit exceeded');
    expect(budget.remaining).toBe(-1);
  });

  test('must be of a type that is wanted', () => {
    const compile = () => compileCel('1', { variables: {} }, { resultTypes: [BOOL, STRING] });
    expect(compile).toThrow('must evaluate to one of [bool string] but got int');
  });

  test('constructs objects of types that it is given', () => {
    const spec = objectType('Object.spec', { replicas: INT });
    const types: Record<string, ReturnType<typeof objectType>> = {
      Object: objectType('Object', { spec }),
      'Object.spec': spec,
    };
    const environment = { variables: { n: INT }, construct: (name: string) => types[name] };
    const program = compileCel('Object{spec: Object.spec{replicas: n + 1}}', environment);
    expect(program.evaluate({ n: 2 })).toEqual({ spec: { replicas: 3 } });
    expect(() => compileCel('Object{foo: 1}', environment)).toThrow(
      "ERROR: <input>:1:11: undefined field 'foo'\n | Object{foo: 1}\n | ..........^",
    );
    expect(() => compileCel("Object.spec{replicas: 'x'}", environment)).toThrow(
      "expected type of field 'replicas' is 'int' but provided type is 'string'",
    );
  });

  test('escapes keys of JSON patches where there are such', () => {
    const text = "jsonpatch.escapeKey('a/b~c')";
    expect(compileCel(text, { variables: {}, jsonPatch: true }).evaluate({})).toBe('a~1b~0c');
    expect(() => compileCel(text, { variables: {} })).toThrow("undeclared reference to 'jsonpatch'");
  });
});

describe('authorizer', () => {
  const asked: CelAuthorizerQuestion[] = [];
  const authorizer = {
    check(question: CelAuthorizerQuestion) {
      asked.push(question);
      return {
        allowed: question.verb === 'get',
        reason: 'because',
        ...(question.verb === 'odd' ? { error: 'broken' } : {}),
      };
    },
    request: { group: 'apps', resource: 'deployments', namespace: 'n', name: 'd' },
  };
  const variables = { authorizer: AUTHORIZER, resource: RESOURCE_CHECK };
  const ask = (text: string): unknown => {
    asked.length = 0;
    return compileCel(text, { variables }).evaluate({
      authorizer: authorizerValue(authorizer),
      resource: requestResourceValue(authorizer),
    });
  };

  test.each<[string, unknown, CelAuthorizerQuestion | undefined]>([
    [
      "authorizer.group('').resource('pods').namespace('a').name('p').subresource('log').check('get').allowed()",
      true,
      { group: '', resource: 'pods', namespace: 'a', name: 'p', subresource: 'log', verb: 'get' },
    ],
    ["authorizer.path('/healthz').check('get').allowed()", true, { path: '/healthz', verb: 'get' }],
    [
      "authorizer.serviceAccount('ns', 'sa').group('').resource('pods').labelSelector('a=b').check('list').allowed()",
      false,
      {
        serviceAccount: { namespace: 'ns', name: 'sa' },
        group: '',
        resource: 'pods',
        labelSelector: 'a=b',
        verb: 'list',
      },
    ],
    ["resource.check('list').reason()", 'because', { ...authorizer.request, verb: 'list' }],
    [
      "resource.check('odd').errored() && resource.check('odd').error() == 'broken'",
      true,
      { ...authorizer.request, verb: 'odd' },
    ],
  ])('%s', (text, expected, question) => {
    expect(ask(text)).toBe(expected);
    expect(asked[0]).toEqual(question);
  });

  test('refuses what names nothing', () => {
    expect(() => ask("authorizer.path(' ').check('get').allowed()")).toThrow('path must not be empty');
    expect(() => ask("authorizer.group('').resource('').check('get').allowed()")).toThrow('resource must not be empty');
    expect(() => ask("authorizer.serviceAccount('ns', 'A_').path('/x').check('get').allowed()")).toThrow(
      'Invalid service account name',
    );
  });

  test('can be asked twice by one expression, not three times', () => {
    const once = "resource.check('get').allowed()";
    expect(ask(`${once} && ${once}`)).toBe(true);
    expect(() => ask(`${once} && ${once} && ${once}`)).toThrow('actual cost limit exceeded');
  });
});

describe('types of schemas', () => {
  test.each([
    ['namespace', '__namespace__'],
    ['a.b-c/d', 'a__dot__b__dash__c__slash__d'],
    ['a__b', 'a__underscores__b'],
    ['plain', 'plain'],
    ['with space', undefined],
    ['$ref', undefined],
  ])('call the field %s %s', (name, expected) => {
    expect(escapeName(name)).toBe(expected);
  });

  const schema = {
    type: 'object',
    properties: {
      data: { type: 'string', format: 'byte' },
      wait: { type: 'string', format: 'duration' },
      day: { type: 'string', format: 'date' },
      ratio: { type: 'number' },
      either: { 'x-kubernetes-int-or-string': true },
      list: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: { type: 'object', properties: { k: { type: 'string' }, v: { type: 'integer' } } },
      },
    },
  };
  const self = schemaType(schema, true, 'self')!;
  const value = {
    metadata: { name: 'n' },
    data: 'aGk=',
    wait: '90s',
    day: '2024-02-29',
    ratio: 2,
    either: '50%',
    list: [
      { k: 'a', v: 1 },
      { k: 'b', v: 2 },
    ],
  };

  test.each<[string, unknown]>([
    ["self.data == b'hi'", true],
    ["self.wait > duration('1m')", true],
    ['self.day.getDate() == 29', true],
    ['self.ratio / 4.0 == 0.5', true],
    ["type(self.either) == string && self.either == '50%'", true],
    ["self.metadata.name == 'n'", true],
    ['has(self.kind)', false],
    ['self.list == [self.list[1], self.list[0]]', true],
    ['(self.list + self.list).size()', 2],
    ["self.list.exists(e, e.k == 'b' && e.v == 2)", true],
  ])('%s is %s', (text, expected) => {
    expect(compileCel(text, { variables: { self } }).evaluate({ self: value })).toBe(expected);
  });

  test('fit what the schema says, nothing else', () => {
    const compile = (text: string) => () => compileCel(text, { variables: { self, any: DYN } });
    expect(compile('self.metadata.labels')).toThrow("undefined field 'labels'");
    expect(compile('self.ratio == 1')).toThrow("applied to '(double, int)'");
    expect(compile("self.list[0].v == 'x'")).toThrow("applied to '(int, string)'");
    expect(compile('any.whatever')).not.toThrow();
  });
});
