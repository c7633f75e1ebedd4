import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { applyDefaults } from '../../src/api/defaults.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { findBuiltinKind } from '../../src/api/resources.ts';
import type { ApiStatus } from '../../src/api/status.ts';
import {
  decodeError,
  dropUnknownFields,
  invalidStatus,
  unknownFields,
  validateObject,
} from '../../src/api/validation/index.ts';
import { portName, qualifiedName } from '../../src/api/validation/names.ts';

interface Exchange {
  method: string;
  path: string;
  status: number;
  request: KubeObject;
  body: unknown;
}
const exchanges = JSON.parse(
  readFileSync(new URL('../fixtures/api/exchanges.json', import.meta.url), 'utf8'),
) as Record<string, Exchange[]>;

const steps = Object.entries(exchanges).flatMap(([name, list]) =>
  list.filter(({ method, path }) => method === 'POST' && !path.includes('dryRun')).map((step) => [name, step] as const),
);

/** Order says nothing: a server puts the causes together as its code happens to run. */
function sorted(status: ApiStatus): unknown {
  const causes = [...(status.details?.causes ?? [])].sort((a, b) => ((a.field ?? '') < (b.field ?? '') ? -1 : 1));
  const message = status.message!.replace(/\[(.* .*)\]$/, (_, list: string) => list.split(', ').sort().join(', '));
  return { ...status, message, details: { ...status.details, causes } };
}

/** A group's new name: the recorded answers are of 1.20 (the registry keeps the old one in messages). */
function nowadays(status: ApiStatus): ApiStatus {
  const text = JSON.stringify(status)
    .replaceAll('"group":"extensions"', '"group":"networking.k8s.io"')
    .replaceAll('Ingress.extensions', 'Ingress.networking.k8s.io');
  return JSON.parse(text) as ApiStatus;
}

function complaints(object: KubeObject, previous?: KubeObject): string[] {
  const copy = structuredClone(object);
  copy.metadata.name ??= 'x';
  applyDefaults(copy);
  const old = previous && structuredClone(previous);
  if (old) {
    old.metadata.name ??= 'x';
    applyDefaults(old);
  }
  const resource = findBuiltinKind(object.apiVersion, object.kind)!;
  return validateObject(copy, old, resource).map(({ field, message }) => `${field}: ${message}`);
}

describe('says what a server said', () => {
  const invalid = steps.filter(([, step]) => step.status === 422);
  for (const [name, { request, body }] of invalid) {
    test(`${name}: ${request.kind} ${request.metadata.name}`, () => {
      const resource = findBuiltinKind(request.apiVersion, request.kind)!;
      const object = structuredClone(request);
      applyDefaults(object);
      const causes = validateObject(object, undefined, resource);
      expect(sorted(invalidStatus(resource, object.metadata.name!, causes))).toEqual(
        sorted(nowadays(body as ApiStatus)),
      );
    });
  }

  test('and nothing against what it took', () => {
    const taken = steps.filter(
      ([, step]) => step.status === 201 && (step.body as KubeObject).kind === step.request.kind,
    );
    expect(taken.length).toBeGreaterThan(15);
    for (const [name, { request }] of taken) expect([name, complaints(request)]).toEqual([name, []]);
  });

  test('a negative scale', () => {
    const object = {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'r', namespace: 'n' },
      spec: { replicas: -1 },
    };
    const causes = validateObject(object, undefined, findBuiltinKind('apps/v1', 'ReplicaSet')!);
    expect(invalidStatus({ group: 'autoscaling', kind: 'Scale' }, 'r', causes)).toEqual(
      exchanges['status and scale']![3]!.body,
    );
  });

  test('a change of an immutable config map', () => {
    const [created, refused] = exchanges['immutable and unknown']!;
    const recorded = created!.body as KubeObject;
    const before = { ...recorded, metadata: { ...recorded.metadata, namespace: 'n' } };
    const after = { ...before, data: { a: 'c' } };
    const causes = validateObject(after, before, findBuiltinKind('v1', 'ConfigMap')!);
    expect(invalidStatus({ group: '', kind: 'ConfigMap' }, 'i', causes)).toEqual(refused!.body);
  });
});

const pod = (spec: object): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec });
const container = (more: object): KubeObject => pod({ containers: [{ name: 'c', image: 'x', ...more }] });
const labels = { app: 'd' };
const workload = (kind: string, spec: object, podSpec: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'w' },
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'x' }], ...podSpec } },
    ...spec,
  },
});

describe('pods', () => {
  const cases: [string, KubeObject, string[]][] = [
    ['no image', pod({ containers: [{ name: 'c' }] }), ['spec.containers[0].image: Required value']],
    [
      'bad pull policy',
      container({ imagePullPolicy: 'Sometimes' }),
      [
        'spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
      ],
    ],
    [
      'port 0',
      container({ ports: [{ containerPort: 70000 }] }),
      ['spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive'],
    ],
    [
      'unknown volume',
      container({ volumeMounts: [{ name: 'v', mountPath: '/x' }] }),
      ['spec.containers[0].volumeMounts[0].name: Not found: "v"'],
    ],
    [
      'request above limit',
      container({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
      ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
    ],
    [
      'probe without handler',
      container({ livenessProbe: {} }),
      ['spec.containers[0].livenessProbe: Required value: must specify a handler type'],
    ],
    [
      'liveness successes',
      container({ livenessProbe: { tcpSocket: { port: 1 }, successThreshold: 2 } }),
      ['spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1'],
    ],
    [
      'two volume sources',
      pod({
        containers: [{ name: 'c', image: 'x' }],
        volumes: [{ name: 'v', emptyDir: {}, secret: { secretName: 's' } }],
      }),
      ['spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type'],
    ],
    [
      'init name taken',
      pod({ containers: [{ name: 'c', image: 'x' }], initContainers: [{ name: 'c', image: 'x' }] }),
      ['spec.initContainers[0].name: Duplicate value: "c"'],
    ],
    [
      'restart policy',
      pod({ containers: [{ name: 'c', image: 'x' }], restartPolicy: 'x' }),
      ['spec.restartPolicy: Unsupported value: "x": supported values: "Always", "OnFailure", "Never"'],
    ],
  ];
  for (const [name, object, wanted] of cases) test(name, () => expect(complaints(object)).toEqual(wanted));

  test('only an image may change in place', () => {
    expect(complaints(container({ image: 'y' }), container({}))).toEqual([]);
    expect(complaints(container({ command: ['y'] }), container({}))[0]).toContain(
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`',
    );
  });
});

describe('other kinds', () => {
  const cases: [string, KubeObject, string[]][] = [
    [
      'recreate with rolling update',
      workload('Deployment', { strategy: { type: 'Recreate', rollingUpdate: {} } }),
      ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ],
    [
      'negative replicas',
      workload('ReplicaSet', { replicas: -1 }),
      ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'daemon restart policy',
      workload('DaemonSet', {}, { restartPolicy: 'Never' }),
      ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
    ],
    [
      'no way to roll',
      workload('Deployment', { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
      ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
    ],
    [
      'job that restarts',
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'j' },
        spec: { template: { spec: { containers: [{ name: 'c', image: 'x' }] } } },
      },
      ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
    ],
    [
      'schedule',
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'j' },
        spec: {
          schedule: '* *',
          jobTemplate: {
            spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] } } },
          },
        },
      },
      ['spec.schedule: Invalid value: "* *": expected exactly 5 fields, found 2: [* *]'],
    ],
    [
      'unnamed ports',
      { apiVersion: 'v1', kind: 'Service', metadata: {}, spec: { ports: [{ port: 1 }, { name: 'b', port: 2 }] } },
      ['spec.ports[0].name: Required value'],
    ],
    [
      'config key',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: {}, data: { 'a b': '' } },
      [
        "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      ],
    ],
    [
      'label value',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { labels: { a: '-' } } },
      [
        "metadata.labels: Invalid value: \"-\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      ],
    ],
    [
      'claim',
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: {}, spec: {} },
      [
        'spec.accessModes: Required value: at least 1 access mode is required',
        'spec.resources[storage]: Required value',
      ],
    ],
    [
      'role without verbs',
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: {},
        rules: [{ apiGroups: [''], resources: ['pods'] }],
      },
      ['rules[0].verbs: Required value: verbs must contain at least one value'],
    ],
    [
      'subject kind',
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: {},
        roleRef: { kind: 'ClusterRole', name: 'r' },
        subjects: [{ kind: 'ServiceAccount', name: 's' }],
      },
      ['subjects[0].namespace: Required value'],
    ],
    [
      'subject in the namespace of its binding',
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: {},
        roleRef: { kind: 'Role', name: 'r' },
        subjects: [{ kind: 'ServiceAccount', name: 's' }],
      },
      [],
    ],
    [
      'autoscaler range',
      {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: {},
        spec: {
          minReplicas: 3,
          maxReplicas: 2,
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
        },
      },
      ['spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`'],
    ],
    [
      'namespace name',
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a.b' } },
      ['metadata.name: Invalid value: "a.b": must not contain dots'],
    ],
    [
      'role names are free',
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'system:Node_x' } },
      [],
    ],
  ];
  for (const [name, object, wanted] of cases) {
    test(name, () => {
      // The namespace's own label repeats its name, which is no part of these cases.
      expect(complaints(object).filter((text) => !text.startsWith('metadata.labels: Invalid value: "a.b"'))).toEqual(
        wanted,
      );
    });
  }

  test('a node that changes is asked for sound networks, too', () => {
    const node = (spec: object): KubeObject => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec });
    expect(complaints(node({ podCIDRs: ['Bogus'] }), node({}))).toEqual([
      'spec.podCIDRs[0]: Invalid value: "Bogus": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ]);
  });

  test('what is fixed when it is made', () => {
    const moved = workload('Deployment', {
      selector: { matchLabels: { ...labels, tier: 'x' } },
      template: { metadata: { labels: { ...labels, tier: 'x' } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
    });
    expect(complaints(moved, workload('Deployment', {}))).toEqual([
      'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"d", "tier":"x"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
    ]);
    expect(
      complaints(workload('StatefulSet', { serviceName: 'b' }), workload('StatefulSet', { serviceName: 'a' })),
    ).toEqual([
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ]);
    expect(complaints(workload('StatefulSet', { replicas: 3 }), workload('StatefulSet', {}))).toEqual([]);
    const secret = (type: string): KubeObject => ({ apiVersion: 'v1', kind: 'Secret', metadata: {}, type });
    expect(complaints(secret('b'), secret('a'))).toEqual(['type: Invalid value: "b": field is immutable']);
    const binding = (name: string): KubeObject => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: {},
      roleRef: { kind: 'Role', name },
    });
    expect(complaints(binding('b'), binding('a'))).toEqual([
      'roleRef: Invalid value: rbac.RoleRef{APIGroup:"rbac.authorization.k8s.io", Kind:"Role", Name:"b"}: cannot change roleRef',
    ]);
  });

  test('pods of a stateful set mount its claims, and nothing else that is not there', () => {
    const mounting = (name: string) => ({
      metadata: { labels },
      spec: { containers: [{ name: 'c', image: 'x', volumeMounts: [{ name, mountPath: '/data' }] }] },
    });
    const claims = {
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    };
    expect(complaints(workload('StatefulSet', { ...claims, template: mounting('data') }))).toEqual([]);
    expect(complaints(workload('StatefulSet', { ...claims, template: mounting('other') }))).toEqual([
      'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "other"',
    ]);
  });

  test('finalizers cannot come while an object goes', () => {
    const going: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', deletionTimestamp: 't', finalizers: ['a/b'] },
    };
    const more = { ...going, metadata: { ...going.metadata, finalizers: ['a/b', 'c/d'] } };
    const refused =
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"c/d"}';
    expect(complaints(more, going)).toEqual([refused, refused]);
    expect(complaints({ ...going, metadata: { ...going.metadata, finalizers: [] } }, going)).toEqual([]);
  });
});

test('names of labels and ports', () => {
  expect(qualifiedName('example.com/My.name_1')).toEqual([]);
  expect(qualifiedName('a/b/c')).toEqual([
    "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
  ]);
  expect(qualifiedName('/x')).toEqual(['prefix part must be non-empty']);
  expect(qualifiedName('a/')[0]).toBe('name part must be non-empty');
  expect(portName('http-1')).toEqual([]);
  expect(portName('-a--b')).toEqual(['must not contain consecutive hyphens', 'must not begin or end with a hyphen']);
  expect(portName('1234567890123456')).toEqual([
    'must be no more than 15 characters',
    'must contain at least one letter (a-z)',
  ]);
});

describe('unknownFields', () => {
  test('names each by its path, and only those', () => {
    const object = workload(
      'Deployment',
      { replica: 1 },
      { containers: [{ name: 'c', imag: 'x', env: [{ nme: 'a' }] }] },
    );
    object.metadata.labels = { anything: 'goes' };
    expect(unknownFields(object).sort()).toEqual([
      'unknown field "spec.replica"',
      'unknown field "spec.template.spec.containers[0].env[0].nme"',
      'unknown field "spec.template.spec.containers[0].imag"',
    ]);
    expect(dropUnknownFields(object)).toHaveLength(3);
    expect(unknownFields(object)).toEqual([]);
    expect(object.spec).not.toHaveProperty('replica');
  });

  test('free-form fields and custom kinds have none', () => {
    const revision = {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {},
      data: { any: { thing: 1 } },
      revision: 1,
    };
    expect(unknownFields(revision)).toEqual([]);
    expect(unknownFields({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: {}, foo: 1 })).toEqual([]);
  });

  test('a recorded object of a server has none but what is gone since', () => {
    for (const [, { status, body }] of steps) {
      if (status === 201) expect(unknownFields(body as KubeObject)).toEqual([]);
    }
  });
});

describe('decodeError', () => {
  const cases: [string, KubeObject, string][] = [
    [
      'a string for a number',
      workload('Deployment', { replicas: 'three' }),
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'a fraction',
      workload('Deployment', { replicas: 1.5 }),
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      'an object for a list',
      pod({ containers: {} }),
      'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      'a number in a list of objects',
      container({ image: 3 }),
      'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal number into Go struct field Container.spec.containers.image of type string',
    ],
    [
      'a label that is no string',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { labels: { a: 1 } as never } },
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    [
      'an amount that is none',
      container({ resources: { limits: { cpu: 'lots' } } }),
      'Pod in version "v1" cannot be handled as a Pod: quantities must match the regular expression \'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$\'',
    ],
  ];
  for (const [name, object, wanted] of cases) test(name, () => expect(decodeError(object)).toBe(wanted));

  test('what a server took can be decoded, and so can custom kinds', () => {
    // The recording writes `AGE` and `*` over figures and volatile values.
    for (const [, { status, request }] of steps) if (status === 201) expect(decodeError(request)).toBeUndefined();
    expect(decodeError({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: {}, spec: 1 })).toBeUndefined();
    expect(decodeError(container({ image: null }))).toBeUndefined();
  });
});
