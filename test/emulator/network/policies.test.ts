import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { Lister } from '../../../src/emulator/client.ts';
import { isAllowed } from '../../../src/emulator/network/policies.ts';

const pod = (name: string, namespace: string, ip: string, spec: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels: { app: name } },
  spec: { containers: [{ name: 'a', ports: [{ name: 'web', containerPort: 8080 }] }], ...spec },
  status: { podIP: ip },
});
const web = pod('web', 'shop', '10.0.0.1');
const api = pod('api', 'shop', '10.0.0.2');
const spy = pod('spy', 'other', '10.0.1.1');

function world(...specs: Record<string, unknown>[]): Lister {
  const tables: Record<string, KubeObject[]> = {
    'networkpolicies.networking.k8s.io': specs.map((spec, index) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `p${index}`, namespace: 'shop' },
      spec: { podSelector: { matchLabels: { app: 'web' } }, ...spec },
    })),
    namespaces: ['shop', 'other'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { team: name } },
    })),
  };
  return {
    get: (resource: string, _namespace: string | undefined, name: string) =>
      tables[resource]?.find(({ metadata }) => metadata.name === name),
    list: (resource: string, namespace?: string) =>
      (tables[resource] ?? []).filter(({ metadata }) => !namespace || metadata.namespace === namespace),
  } as unknown as Lister;
}
const reaches = (lister: Lister, from: KubeObject | string, to: KubeObject | string, port = 8080, protocol = 'TCP') => {
  const end = (one: KubeObject | string) =>
    typeof one === 'string' ? { ip: one } : { ip: one['status'].podIP as string, pod: one };
  return isAllowed(lister, end(from), end(to), { port, protocol });
};
/** Who reaches web: a neighbour, a pod of another namespace, somebody outside. */
const toWeb = (lister: Lister, port?: number) =>
  [api, spy, '192.0.2.7'].map((from) => reaches(lister, from, web, port));

describe('who reaches a pod', () => {
  test.each([
    ['all, also from other namespaces, without a policy', [], [true, true, true]],
    ['nobody, with a policy without rules', [{}], [false, false, false]],
    ['all, with an empty rule', [{ ingress: [{}] }], [true, true, true]],
    ['its namespace, by an empty podSelector', [{ ingress: [{ from: [{ podSelector: {} }] }] }], [true, false, false]],
    ['pods of all namespaces', [{ ingress: [{ from: [{ namespaceSelector: {} }] }] }], [true, true, false]],
    [
      'pods of a namespace by its labels',
      [{ ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'other' } } }] }] }],
      [false, true, false],
    ],
    [
      'both selectors of one peer have to match',
      [
        {
          ingress: [
            {
              from: [
                { namespaceSelector: { matchLabels: { team: 'other' } }, podSelector: { matchLabels: { app: 'api' } } },
              ],
            },
          ],
        },
      ],
      [false, false, false],
    ],
    [
      'one of two peers has to match',
      [
        {
          ingress: [
            {
              from: [
                { namespaceSelector: { matchLabels: { team: 'other' } } },
                { podSelector: { matchLabels: { app: 'api' } } },
              ],
            },
          ],
        },
      ],
      [true, true, false],
    ],
    ['addresses of a block', [{ ingress: [{ from: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }] }], [false, false, true]],
    [
      'addresses of a block, but for some',
      [{ ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.1.0/24', '192.0.2.7/32'] } }] }] }],
      [true, false, false],
    ],
    [
      'what any of several policies lets in',
      [{}, { ingress: [{ from: [{ podSelector: {} }] }] }],
      [true, false, false],
    ],
    ['all, where the policy is about Egress only', [{ policyTypes: ['Egress'] }], [true, true, true]],
    [
      'all, where the policy is about other pods',
      [{ podSelector: { matchLabels: { app: 'none' } } }],
      [true, true, true],
    ],
  ])('%s', (_, specs, expected) => {
    expect(toWeb(world(...specs))).toEqual(expected);
  });

  test.each([
    ['a number', { port: 8080 }, 8080, true],
    ['another number', { port: 8081 }, 8080, false],
    ['a range', { port: 8000, endPort: 8100 }, 8080, true],
    ['a name of the container', { port: 'web' }, 8080, true],
    ['a name for another port', { port: 'web' }, 8081, false],
    ['another protocol', { port: 8080, protocol: 'UDP' }, 8080, false],
  ])('by %s', (_, port, asked, expected) => {
    expect(toWeb(world({ ingress: [{ ports: [port] }] }), asked)[0]).toBe(expected);
  });

  test('pods on the network of their node are not told apart', () => {
    const host = pod('web', 'shop', '172.18.0.3', { hostNetwork: true });
    expect(reaches(world({}), api, host)).toBe(true);
    const from = pod('api', 'shop', '172.18.0.3', { hostNetwork: true });
    expect(reaches(world({ ingress: [{ from: [{ podSelector: {} }] }] }), from, web)).toBe(false);
  });
});

describe('whom a pod reaches', () => {
  test('egress rules hold where they are written, without policyTypes too', () => {
    const some = world({ egress: [{ to: [{ podSelector: { matchLabels: { app: 'api' } } }] }] });
    expect([api, spy, '192.0.2.7'].map((to) => reaches(some, web, to))).toEqual([true, false, false]);
    expect(reaches(some, web, web)).toBe(true);
    expect(toWeb(some)).toEqual([false, false, false]);
  });

  test('both ends have a say', () => {
    const both = world({ policyTypes: ['Egress'], egress: [{}] }, { podSelector: { matchLabels: { app: 'api' } } });
    expect([reaches(both, web, api), reaches(both, web, spy)]).toEqual([false, true]);
  });
});
