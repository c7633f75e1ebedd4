import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { checkSyntax, compileWhere } from '../../../src/cel/where/index.ts';

const pods = { group: '', version: 'v1', kind: 'Pod', plural: 'pods' };
const deployments = { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments' };
const nodes = { group: '', version: 'v1', kind: 'Node', plural: 'nodes' };
const events = { group: '', version: 'v1', kind: 'Event', plural: 'events' };
const backups = { group: 'example.com', version: 'v1', kind: 'Backup', plural: 'backups' };

const now = Date.parse('2026-01-03T00:00:00Z');

const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web-1',
    namespace: 'shop',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { app: 'web' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-5d', uid: 'u', controller: true }],
  },
  spec: {
    nodeName: 'one',
    containers: [{ name: 'c', image: 'nginx:1', resources: { requests: { cpu: '500m', memory: '1Gi' } } }],
    volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
  },
  status: {
    phase: 'Running',
    podIP: '10.0.0.7',
    startTime: '2026-01-01T00:00:05Z',
    containerStatuses: [
      {
        name: 'c',
        restartCount: 4,
        ready: false,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { finishedAt: '2026-01-02T23:50:00Z' } },
      },
    ],
  },
};

const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas: 3, template: { spec: { containers: [{ name: 'c', image: 'nginx:1' }] } } },
  status: { readyReplicas: 2, availableReplicas: 2, updatedReplicas: 3 },
};

function holds(text: string, object: KubeObject, types = [pods]): boolean {
  checkSyntax(text);
  const filter = compileWhere(text, types, () => now);
  const answer = filter.matches(object);
  expect(filter.failures()).toEqual({ count: 0, first: '' });
  return answer;
}

function refusal(text: string, types = [pods]): string {
  try {
    compileWhere(text, types, () => now);
  } catch (error) {
    return (error as Error).message;
  }
  return 'no refusal';
}

describe('words', () => {
  test.each([
    ['restarts > 3', true],
    ['restarts > 4', false],
    ['status.phase != "Running" && restarts > 3', false],
    ['reason == "CrashLoopBackOff" && phase == "Running"', true],
    ['ready', false],
    ['node == "one" && ip == "10.0.0.7"', true],
    ['owner == "ReplicaSet/web-5d"', true],
    ['claims == ["data"]', true],
    ['images.exists(i, i.startsWith("nginx"))', true],
    ['labels.app == "web" && labels["app"] == "web" && "app" in labels', true],
    ['size(annotations) == 0', true],
    ['name.matches("^web-[0-9]+$") && namespace == "shop" && kind == "Pod"', true],
    ['deleting || size(finalizers) > 0', false],
    ['self.metadata.name == object.metadata.name', true],
  ])('%s is %s', (text, expected) => expect(holds(text, pod)).toBe(expected));

  test('mean what the kind means by them', () => {
    expect(holds('ready < replicas && updated == 3', deployment, [deployments])).toBe(true);
    expect(holds('"nginx:1" in images', deployment, [deployments])).toBe(true);
    const node = { ...pod, kind: 'Node', spec: { unschedulable: true }, status: { allocatable: { memory: '8Gi' } } };
    expect(holds('cordoned && !ready && memory == 8Gi && reason == "Unknown,SchedulingDisabled"', node, [nodes])).toBe(
      true,
    );
  });

  test('of one of several types are absent in the others', () => {
    const both = [pods, deployments];
    expect(holds('restarts > 3', pod, both)).toBe(true);
    expect(holds('restarts > 3', deployment, both)).toBe(false);
    // Of pods this is true or false, of deployments a number.
    expect(holds('ready == 2', deployment, both)).toBe(true);
    expect(holds('ready == 2', pod, both)).toBe(false);
  });

  test('stand back behind fields of the same name', () => {
    const event = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e' }, reason: 'BackOff', count: 7 };
    expect(holds('reason == "BackOff" && count > 5', event, [events])).toBe(true);
  });

  test('status beside a text is the column of that name', () => {
    expect(holds('status == "CrashLoopBackOff"', pod)).toBe(true);
    expect(holds('"Running" != status', pod)).toBe(true);
    expect(holds('status in ["Error", "CrashLoopBackOff"]', pod)).toBe(true);
    expect(holds('status.phase == "Running"', pod)).toBe(true);
  });
});

test('names of loops hide fields and words of the same name', () => {
  expect(holds('spec.containers.exists(status, status.name == "c")', pod)).toBe(true);
  expect(holds('spec.containers.exists(name, name.image == "nginx:1") && name == "web-1"', pod)).toBe(true);
  expect(holds('["5d"].exists(age, age == "5d")', pod)).toBe(true);
  expect(holds('spec.containers.map(metadata, metadata.name) == ["c"] && metadata.name == "web-1"', pod)).toBe(true);
});

test('one filter asks many objects, of several types', () => {
  const { matches } = compileWhere(
    'metadata.name.startsWith("web") && spec.replicas != 1',
    [pods, deployments],
    () => now,
  );
  const single = { ...deployment, spec: { replicas: 1 } };
  expect([pod, deployment, single, pod].map(matches)).toEqual([true, true, false, true]);
});

describe('units', () => {
  test.each([
    ['age > 1d && age < 2d1h', true],
    ['age == "2d"', true],
    ['age > 48h', false],
    ['age > duration("47h")', true],
    ['restarted < 15m', true],
    ['created > "2025-12-31" && created < "2026-01-01 00:00:01"', true],
    ['created == timestamp("2026-01-01T00:00:00Z")', true],
    ['now - created > 1d', true],
    ['created < now - 1d', true],
    ['cpu == 0.5 && cpu == 500m && cpu < 1', true],
    ['memory == 1Gi && memory == 1073741824 && memory * 2 == 2Gi', true],
    ['memory > "1G"', true],
    ['status.startTime > "2026-01-01"', true],
    ['status.startTime < now - 1d', true],
    ['spec.containers.exists(c, c.resources.requests.memory > 512Mi)', true],
    ['spec.containers.exists(c, c.resources.limits.memory > 512Mi)', false],
    ['name == "5d"', false],
  ])('%s is %s', (text, expected) => expect(holds(text, pod)).toBe(expected));

  test('are not looked for inside of texts and names', () => {
    const other = { ...pod, metadata: { name: 'x5d "1h"' } };
    expect(holds(`name == 'x5d "1h"'`, other)).toBe(true);
  });

  test('tell whether time alone can change the answer', () => {
    const depends = (text: string) => compileWhere(text, [pods], () => now).dependsOnTime;
    expect(depends('age > 5m')).toBe(true);
    expect(depends('created < now - 5m')).toBe(true);
    expect(depends('restarts > 3')).toBe(false);
    expect(depends('created > "2026-01-01"')).toBe(false);
  });
});

describe('what is not there', () => {
  test.each([
    ['status.reason != "Evicted"', true],
    ['status.reason == "Evicted"', false],
    ['!(status.reason == "Evicted")', true],
    ['status.reason == null', true],
    ['has(status.reason)', false],
    ['spec.priority > 3', false],
    ['spec.priority <= 3', false],
    ['spec.hostNetwork', false],
    ['!spec.hostNetwork', true],
    ['spec.hostNetwork || restarts > 3', true],
    ['labels.tier.startsWith("x")', false],
    ['!labels.tier.startsWith("x")', true],
    ['labels.tier in ["a"]', false],
    ['spec.tolerations.exists(t, t.key == "x")', false],
    ['spec.tolerations.all(t, t.key == "x")', true],
    ['size(spec.tolerations) == 0 && spec.tolerations.size() == 0', true],
    ['spec.tolerations[0].key == "x"', false],
    ['spec.containers[7].image != "x"', true],
    ['spec.securityContext.sysctls.filter(s, s.name == "x").size() == 0', true],
    ['spec.priority + 1 > 0', false],
    ['spec.hostNetwork ? true : restarts == 4', true],
    ['self["future"]["field"] != "x"', true],
  ])('%s is %s', (text, expected) => expect(holds(text, pod)).toBe(expected));

  test('a condition that cannot be told is counted and not chosen', () => {
    const filter = compileWhere('metadata.labels > 3', [pods], () => now);
    expect([pod, pod].map(filter.matches)).toEqual([false, false]);
    expect(filter.failures()).toEqual({ count: 2, first: 'pod/web-1: no such overload' });
  });

  test('custom types may have any field inside', () => {
    const backup = { apiVersion: 'example.com/v1', kind: 'Backup', metadata: { name: 'b' }, spec: { keep: 3 } };
    expect(holds('spec.keep > 2 && status.phase != "Done"', backup, [backups])).toBe(true);
  });
});

describe('refusals', () => {
  test.each([
    ['restrats > 3', 'pods have no field or word "restrats"; did you mean "restarts"?', 0],
    ['status.phsae != "Running"', 'pods have no field "phsae" in status; did you mean "phase"?', 7],
    ['spec.containers.exists(c, c.imge == "x")', 'pods have no field "imge" in c; did you mean "image"?', 28],
    ['status.phase == Running', 'pods have no field or word "Running"; a text stands in quotes: "Running"', 16],
    ['status.phase == 3', 'status.phase is a text', 16],
    ['spec.priority == "3"', 'spec.priority is a number', 17],
    ['restarts > "3"', '> cannot be used with a number and a text', 9],
    ['age > 5', '"5" is not a length of time (30s, 5m, 2h, 7d)', 6],
    ['age > 1h && age < "soon"', '"soon" is not a length of time (30s, 5m, 2h, 7d)', 18],
    ['memory > "much"', '"much" is not an amount of bytes (512Mi, 1Gi, 2G)', 9],
    ['restarts', 'this is a number, where something that is true or false is wanted', 0],
    ['restarts + 1', 'this is a number, where something that is true or false is wanted', 0],
    ['restarts = 3', 'equality is written ==', 9],
    ['ready & ready', '"&" is written &&', 6],
    ['ready and ready', '"and" is written &&', 6],
    ['not ready', '"not" is written !', 4],
    ['restarts >', 'the condition ends too early', 10],
    ['restarts > 3)', '")" does not fit here', 12],
    ['name == "x', 'the quote is not closed', 8],
    ['name.startswith("x")', 'there is no function "startswith"; did you mean "startsWith"?', 15],
    ['name.matches("(")', 'this is no regular expression', 13],
    ['replicas > 3', 'pods have no field or word "replicas"; a text stands in quotes: "replicas"', 0],
  ])('%s', (text, message, caret) => {
    expect(refusal(text)).toBe(`--where: ${message}\n  ${text}\n  ${' '.repeat(caret)}^`);
  });

  test('the caret stands under wide letters, and in its line', () => {
    expect(refusal('name == "웹" && restrats > 1')).toMatch(/\n {2}name == "웹" && restrats > 1\n {18}\^$/);
    expect(refusal('name == "x" &&\n  age > 1d && restrats > 1')).toMatch(/\n {4}age > 1d && restrats > 1\n {16}\^$/);
  });

  test('a list is not an object', () => {
    expect(refusal('spec.containers.image == "x"')).toContain('spec.containers is a list: ask of one');
  });

  test('syntax is told before types are known', () => {
    expect(() => checkSyntax('anything > 3 &&')).toThrow('the condition ends too early');
    expect(() => checkSyntax('anything > 3')).not.toThrow();
  });
});
