import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { findBuiltinKind } from '../../../src/api/resources.ts';
import { warningsFor } from '../../../src/api/validation/warnings.ts';

const spec = { containers: [{ name: 'c', image: 'i' }] };
const object = (apiVersion: string, kind: string, rest: object, name = 'x'): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, generation: 1 },
  ...rest,
});
const told = (now: KubeObject, old?: KubeObject, part?: string): string[] =>
  warningsFor(now, findBuiltinKind(now.apiVersion, now.kind)!, old, part);

test('jobs that count more indexes than a server may follow', () => {
  const vast = { completionMode: 'Indexed', completions: 100_001, parallelism: 10_001, template: { spec } };
  const text =
    'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail';
  expect(told(object('batch/v1', 'Job', { spec: vast }))).toEqual([`spec: ${text}`]);
  expect(told(object('batch/v1', 'Job', { spec: { ...vast, parallelism: 10_000 } }))).toEqual([]);
  const timed = object('batch/v1', 'CronJob', { spec: { schedule: '* * * * *', jobTemplate: { spec: vast } } });
  expect(told(timed)).toEqual([`spec.jobTemplate.spec: ${text}`]);
});

test('names of jobs that cannot be host names', () => {
  const [text] = told(object('batch/v1', 'Job', { spec: { template: { spec } } }, 'a.b'));
  expect(text).toContain('metadata.name: this is used in Pod names and hostnames');
});

test('stateful sets and cron jobs are spoken of with every change', () => {
  const set = object('apps/v1', 'StatefulSet', {
    spec: {
      revisionHistoryLimit: -1,
      template: { spec },
      volumeClaimTemplates: [{ spec: { resources: { requests: { storage: '100m' } } } }],
    },
  });
  const history =
    'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended';
  const fraction = 'resources.requests[storage]: fractional byte value "100m" is invalid, must be an integer';
  expect(told(set)).toEqual([`spec.volumeClaimTemplates[0].${fraction}`, history]);
  expect(told(set, set)).toEqual([`spec.volumeClaimTemplates[0].Spec.${fraction}`, history]);
  const timed = object('batch/v1', 'CronJob', { spec: { schedule: 'TZ=UTC * * * * *', jobTemplate: {} } });
  expect(told(timed)).toEqual([]);
  expect(told(timed, timed)).toHaveLength(1);
});

test('templates of daemon sets are spoken of where they change', () => {
  const counted = (count: string): KubeObject => {
    const set = object('apps/v1', 'DaemonSet', {
      spec: { template: { spec: { ...spec, terminationGracePeriodSeconds: -1 } } },
    });
    set.metadata.annotations = { 'deprecated.daemonset.template.generation': count };
    return set;
  };
  expect(told(counted('2'), counted('1'))).toHaveLength(1);
  expect(told(counted('1'), { ...counted('1'), metadata: { ...counted('1').metadata, generation: 2 } })).toEqual([]);
});

test('names kept for manifests, old addresses in slices and in a status', () => {
  const hook = object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', {}, 'a.static.k8s.io');
  expect(told(hook)[0]).toContain('names ending with ".static.k8s.io" are reserved');
  const slice = object('discovery.k8s.io/v1', 'EndpointSlice', {
    addressType: 'IPv6',
    endpoints: [{ addresses: ['2001:DB8::1'] }],
  });
  const text = 'IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")';
  expect(told(slice)).toEqual([`endpoints[0].addresses[0]: ${text}`]);
  slice.metadata.labels = { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' };
  expect(told(slice)).toEqual([]);
  const ingress = object('networking.k8s.io/v1', 'Ingress', {
    status: { loadBalancer: { ingress: [{ hostname: 'a' }, { ip: '2001:DB8::1' }] } },
  });
  expect(told(ingress, ingress, 'status')).toEqual([`status.loadBalancer.ingress[1]: ${text}`]);
  expect(told(ingress, ingress)).toEqual([]);
});
