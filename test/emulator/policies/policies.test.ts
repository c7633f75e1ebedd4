import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { configMap, type TestCluster, testCluster } from '../server/cluster.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field
type Json = any;

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await testCluster();
});

afterAll(() => cluster.stop());

const ROOT = '/apis/admissionregistration.k8s.io/v1';
const MAPS = '/api/v1/namespaces/default/configmaps';
const installed: string[] = [];

afterEach(async () => {
  for (const path of installed.splice(0).reverse()) await cluster.call('DELETE', path);
});

const MAP_RULES = {
  resourceRules: [
    { operations: ['CREATE', 'UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] },
  ],
};

async function post(collection: string, body: Json): Promise<Json> {
  const made = await cluster.call('POST', collection, { body });
  expect(made.status, made.text).toBe(201);
  installed.push(`${collection}/${body.metadata.name}`);
  return made.body;
}

const policy = (kind: 'Validating' | 'Mutating', name: string, spec: Json) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: `${kind}AdmissionPolicy`,
  metadata: { name },
  spec: { matchConstraints: MAP_RULES, ...spec },
});

async function install(kind: 'Validating' | 'Mutating', name: string, spec: Json, binding: Json = {}): Promise<Json> {
  const plural = `${kind.toLowerCase()}admissionpolicies`;
  const made = await post(`${ROOT}/${plural}`, policy(kind, name, spec));
  await post(`${ROOT}/${kind.toLowerCase()}admissionpolicybindings`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}AdmissionPolicyBinding`,
    metadata: { name: `${name}-binding` },
    spec: { policyName: name, ...(kind === 'Validating' ? { validationActions: ['Deny'] } : {}), ...binding },
  });
  return made;
}

let count = 0;
const create = (more: Json = {}, labels?: Record<string, string>) =>
  cluster.call('POST', MAPS, { body: configMap(`p-${++count}`, more, labels) });

describe('validating policies', () => {
  test('deny with the expression, a message, or what an expression says', async () => {
    await install('Validating', 'p', {
      validations: [
        { expression: "!has(object.data) || !('a' in object.data)" },
        { expression: "!has(object.data) || !('b' in object.data)", message: ' no b ', reason: 'Forbidden' },
        {
          expression: "!has(object.data) || !('c' in object.data)",
          message: 'unused',
          messageExpression: "'no c in ' + object.metadata.name + ' of ' + namespaceObject.metadata.name",
        },
      ],
    });
    const a = await create({ data: { a: '1' } });
    expect(a.status).toBe(422);
    const text = `ValidatingAdmissionPolicy 'p' with binding 'p-binding' denied request: failed expression: !has(object.data) || !('a' in object.data)`;
    expect(a.body).toMatchObject({
      message: `configmaps "p-${count}" is forbidden: ${text}`,
      reason: 'Invalid',
      code: 422,
      details: { name: `p-${count}`, kind: 'configmaps', causes: [{ message: text }] },
    });
    const b = await create({ data: { b: '1' } });
    expect(b.body).toMatchObject({ reason: 'Forbidden', code: 403 });
    expect(b.body.message).toMatch(/denied request: no b$/);
    expect((await create({ data: { c: '1' } })).body.message).toMatch(
      new RegExp(`denied request: no c in p-${count} of default$`),
    );
    expect((await create({ data: { d: '1' } })).status).toBe(201);
  });

  test('warn, or say nothing, where the binding says so', async () => {
    const validations = [{ expression: 'false', message: 'bad' }];
    await install('Validating', 'p', { validations }, { validationActions: ['Warn', 'Audit'] });
    const made = await create();
    expect(made.status).toBe(201);
    expect(made.headers['warning']).toBe(
      `299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'p-binding': bad"`,
    );
  });

  test('have variables, of which each may use those before it', async () => {
    await install('Validating', 'p', {
      variables: [
        { name: 'size', expression: 'has(object.data) ? size(object.data) : 0' },
        { name: 'big', expression: 'variables.size > 1' },
        { name: 'broken', expression: 'object.spec.nothing' },
      ],
      validations: [
        { expression: '!variables.big', messageExpression: "'has ' + string(variables.size)" },
        { expression: "object.metadata.name != 'broken' || variables.broken" },
      ],
    });
    expect((await create({ data: { a: '1' } })).status).toBe(201);
    expect((await create({ data: { a: '1', b: '2' } })).body.message).toMatch(/denied request: has 2$/);
    const broken = await cluster.call('POST', MAPS, { body: configMap('broken') });
    expect(broken.body.message).toMatch(
      /resulted in error: composited variable "broken" fails to evaluate: no such key: spec$/,
    );
  });

  test('take parameters, by name and by labels, or none where there are none', async () => {
    const limits = (name: string, max: string, labels?: Record<string, string>) =>
      post(MAPS, configMap(name, { data: { max } }, labels));
    await limits('limits', '1');
    const spec = {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConditions: [{ name: 'data', expression: "has(object.data) && !('max' in object.data)" }],
      validations: [
        {
          expression: 'size(object.data) <= int(params.data.max)',
          messageExpression: "'at most ' + params.data.max",
        },
      ],
    };
    await install('Validating', 'p', spec, { paramRef: { name: 'limits', parameterNotFoundAction: 'Deny' } });
    expect((await create({ data: { a: '1' } })).status).toBe(201);
    expect((await create({ data: { a: '1', b: '2' } })).body.message).toMatch(/denied request: at most 1$/);
    await cluster.call('DELETE', `${MAPS}/limits`);
    expect((await create({ data: { a: '1' } })).body.message).toMatch(
      /denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction$/,
    );
    await cluster.call('PATCH', `${ROOT}/validatingadmissionpolicybindings/p-binding`, {
      headers: { 'content-type': 'application/merge-patch+json' },
      body: {
        spec: { paramRef: { name: null, selector: { matchLabels: { of: 'p' } }, parameterNotFoundAction: 'Allow' } },
      },
    });
    expect((await create({ data: { a: '1', b: '2' } })).status).toBe(201);
    await limits('one', '3', { of: 'p' });
    await limits('two', '2', { of: 'p' });
    expect((await create({ data: { a: '1', b: '2' } })).status).toBe(201);
    expect((await create({ data: { a: '1', b: '2', c: '3' } })).body.message).toMatch(/at most 2$/);
  });

  test('fail as their failure policy says', async () => {
    const validations = [{ expression: 'object.data.x == "1"' }];
    await install('Validating', 'p', { validations });
    expect((await create()).body.message).toMatch(
      /denied request: expression 'object\.data\.x == "1"' resulted in error: no such key: data$/,
    );
    await cluster.call('PATCH', `${ROOT}/validatingadmissionpolicies/p`, {
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { spec: { failurePolicy: 'Ignore' } },
    });
    expect((await create()).status).toBe(201);
  });

  test('may ask who may do what, and see the request and what was there', async () => {
    await install('Validating', 'p', {
      validations: [
        {
          expression:
            "request.operation == 'CREATE' ? oldObject == null : oldObject.data.a == object.data.a || authorizer.requestResource.check('overrule').allowed() && request.userInfo.username != 'kubernetes-admin'",
          message: 'a stays',
        },
      ],
    });
    const made = await create({ data: { a: '1' } });
    expect(made.status, made.text).toBe(201);
    const path = `${MAPS}/${made.body.metadata.name}`;
    const patch = (data: Json) =>
      cluster.call('PATCH', path, { body: { data }, headers: { 'content-type': 'application/merge-patch+json' } });
    expect((await patch({ b: '1' })).status).toBe(200);
    expect((await patch({ a: '2' })).body.message).toMatch(/a stays$/);
  });

  test('are refused with what is wrong about an expression', async () => {
    const made = await cluster.call('POST', `${ROOT}/validatingadmissionpolicies`, {
      body: policy('Validating', 'wrong', { validations: [{ expression: 'request.foo == 1' }] }),
    });
    expect(made.status).toBe(422);
    expect(made.body.message).toBe(
      [
        `ValidatingAdmissionPolicy.admissionregistration.k8s.io "wrong" is invalid: spec.validations[0].expression: Invalid value: "request.foo == 1": compilation failed: ERROR: <input>:1:8: undefined field 'foo'`,
        ' | request.foo == 1',
        ' | .......^',
      ].join('\n'),
    );
  });

  test('do not hold for themselves', async () => {
    const everything = {
      resourceRules: [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }],
    };
    await install('Validating', 'p', { matchConstraints: everything, validations: [{ expression: 'false' }] });
    expect((await create()).status).toBe(422);
    expect((await cluster.call('DELETE', `${MAPS}/kube-root-ca.crt`)).status).toBe(422);
    expect((await cluster.call('DELETE', `${ROOT}/validatingadmissionpolicies/p`)).status).toBe(200);
    expect((await create()).status).toBe(201);
  });

  test('say in their status what of the types they are about does not fit', async () => {
    await install('Validating', 'p', {
      matchConstraints: {
        resourceRules: [
          { operations: ['CREATE'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'] },
        ],
      },
      validations: [{ expression: 'object.spec.replicas > 1' }, { expression: 'object.spec.replcas > 1' }],
    });
    await expect
      .poll(async () => (await cluster.call('GET', `${ROOT}/validatingadmissionpolicies/p`)).body.status, {
        interval: 10,
      })
      .toMatchObject({
        observedGeneration: 1,
        typeChecking: {
          expressionWarnings: [
            {
              fieldRef: 'spec.validations[1].expression',
              warning: [
                "apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'replcas'",
                ' | object.spec.replcas > 1',
                ' | ...........^',
                '',
              ].join('\n'),
            },
          ],
        },
      });
  });
});

describe('mutating policies', () => {
  test('merge a configuration, and patch; each sees what those before it made', async () => {
    await install('Mutating', 'a', {
      reinvocationPolicy: 'Never',
      mutations: [
        {
          patchType: 'ApplyConfiguration',
          applyConfiguration: {
            expression: 'Object{metadata: Object.metadata{labels: {"team": request.userInfo.username}}}',
          },
        },
        {
          patchType: 'JSONPatch',
          jsonPatch: {
            expression:
              '[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a/b"), value: object.metadata.labels.team}]',
          },
        },
      ],
    });
    const made = await create({}, { own: 'x' });
    expect(made.status, made.text).toBe(201);
    expect(made.body.metadata.labels).toEqual({ own: 'x', team: 'kubernetes-admin', 'a/b': 'kubernetes-admin' });
    const stored = await cluster.call('GET', `${MAPS}/${made.body.metadata.name}`);
    expect(JSON.stringify(stored.body.metadata.managedFields)).not.toContain('team');
  });

  test('merge lists by their keys, as apply does', async () => {
    await install('Mutating', 'a', {
      reinvocationPolicy: 'Never',
      matchConstraints: {
        resourceRules: [
          { operations: ['CREATE'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'] },
        ],
      },
      matchConditions: [{ name: 'none', expression: '!has(object.spec.template.spec.initContainers)' }],
      mutations: [
        {
          patchType: 'ApplyConfiguration',
          applyConfiguration: {
            expression:
              'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: "c", imagePullPolicy: "Never"}], initContainers: [Object.spec.template.spec.initContainers{name: "i", image: "proxy", restartPolicy: "Always"}]}}}}',
          },
        },
      ],
    });
    const made = await cluster.call('POST', '/apis/apps/v1/namespaces/default/deployments', {
      body: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'd' },
        spec: {
          replicas: 0,
          selector: { matchLabels: { a: 'b' } },
          template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
        },
      },
    });
    expect(made.status, made.text).toBe(201);
    const { containers, initContainers } = made.body.spec.template.spec;
    expect(containers).toMatchObject([{ name: 'c', image: 'nginx', imagePullPolicy: 'Never' }]);
    expect(initContainers).toMatchObject([
      { name: 'i', image: 'proxy', terminationMessagePath: '/dev/termination-log' },
    ]);
  });

  test('fail the request in their own words', async () => {
    await install('Mutating', 'a', {
      reinvocationPolicy: 'Never',
      mutations: [
        {
          patchType: 'JSONPatch',
          jsonPatch: {
            expression:
              '[JSONPatch{op: "test", path: "/data/x", value: "1"}, JSONPatch{op: "remove", path: "/data/y"}]',
          },
        },
        {
          patchType: 'ApplyConfiguration',
          applyConfiguration: { expression: 'Object{data: {"n": object.data.?n.orValue(5)}}' },
        },
      ],
    });
    const made = await create({ data: { x: '1', n: 'a' } });
    expect([made.status, made.body.reason]).toEqual([403, 'Invalid']);
    expect(made.body.message).toBe(
      "policy 'a' with binding 'a-binding' denied request: JSON Patch: error in remove for path: '/data/y': Unable to remove nonexistent key: y: missing value",
    );
    // Whose test fails has nothing to say.
    expect((await create({ data: { x: '2', n: 'a' } })).status).toBe(201);
    const wrong = await create({ data: { x: '2' } });
    expect(wrong.body.message).toBe(
      "policy 'a' with binding 'a-binding' denied request: error applying patch: failed to convert patch object to typed object: .data.n: expected string, got &value.valueUnstructured{Value:5}",
    );
  });

  test('have expressions that come to what is wanted, told with what else is wrong', async () => {
    const spec = {
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
      },
      matchConditions: [{ name: 'a b', expression: 'nope' }],
      validations: [
        { expression: 'object.x' },
        { expression: 'true', messageExpression: '1', reason: 'Foo' },
        { expression: '' },
      ],
      auditAnnotations: [
        { key: 'a', valueExpression: '1' },
        { key: 'a', valueExpression: 'x' },
      ],
    };
    const body = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'w' },
      spec,
    };
    const refused = await cluster.call('POST', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies', {
      body,
    });
    expect(refused.status).toBe(422);
    expect(refused.body.details.causes.map(({ field, message }: Json) => [field, message.split('\n')[0]])).toEqual([
      ['spec.matchConditions[0].expression', expect.stringMatching(/^Invalid value: "nope": compilation failed: /)],
      ['spec.matchConditions[0].name', expect.stringMatching(/^Invalid value: "a b": name part must consist/)],
      ['spec.validations[0].expression', 'Invalid value: "object.x": must evaluate to bool but got dyn'],
      ['spec.validations[1].messageExpression', 'Invalid value: "1": must evaluate to string but got int'],
      ['spec.validations[1].reason', expect.stringMatching(/^Unsupported value: "Foo"/)],
      ['spec.validations[2].expression', 'Required value: expression is not specified'],
      [
        'spec.auditAnnotations[0].valueExpression',
        'Invalid value: "1": must evaluate to one of [string null_type] but got int',
      ],
      ['spec.auditAnnotations[1].valueExpression', expect.stringMatching(/^Invalid value: "x": compilation failed: /)],
      ['spec.auditAnnotations[1].key', 'Duplicate value: "a"'],
    ]);
  });
});
