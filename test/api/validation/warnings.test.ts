import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { findBuiltinKind } from '../../../src/api/resources.ts';
import { warningsFor } from '../../../src/api/validation/warnings.ts';

const pod = (spec: object, name = 'p'): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
const of = (object: KubeObject): string[] => warningsFor(object, findBuiltinKind(object.apiVersion, object.kind)!);

describe('a server lets pass, and says so', () => {
  const cases: [string, KubeObject, string[]][] = [
    ['nothing', pod({ containers: [{ name: 'c', env: [{ name: 'A' }, { name: 'B' }] }] }), []],
    [
      'a variable given twice',
      pod({
        containers: [
          {
            name: 'c',
            env: [
              { name: 'A', value: '1' },
              { name: 'A', value: '2' },
            ],
          },
        ],
      }),
      ['spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply'],
    ],
    [
      'a port given twice',
      pod({ containers: [{ name: 'c', ports: [{ containerPort: 1 }, { containerPort: 1 }] }] }),
      ['spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]'],
    ],
    [
      'half a byte',
      pod({ containers: [{ name: 'c', resources: { limits: { memory: '1500m' } } }] }),
      ['spec.containers[0].resources.limits[memory]: fractional byte value "1500m" is invalid, must be an integer'],
    ],
    [
      'a volume of old',
      pod({ volumes: [{ name: 'v', gitRepo: { repository: 'r' } }] }),
      ['spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+'],
    ],
    [
      'a name that is no hostname',
      pod({}, 'a.b'),
      [
        "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
      ],
    ],
    [
      'the same of a template',
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'c' },
        spec: { jobTemplate: { spec: { template: { spec: { terminationGracePeriodSeconds: -1 } } } } },
      },
      [
        'spec.jobTemplate.spec.template.spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
      ],
    ],
    [
      'endpoints at all',
      { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'e' } },
      ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'],
    ],
  ];
  for (const [name, object, texts] of cases) test(name, () => expect(of(object)).toEqual(texts));
});
