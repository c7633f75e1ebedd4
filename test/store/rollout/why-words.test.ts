import { describe, expect, test } from 'vitest';
import {
  createFailure,
  mountPatience,
  pullPatience,
  registryWordsOf,
  schedulePatience,
} from '../../../src/store/rollout/why-words.ts';

const MINUTE = 60_000;

test.each([
  // containerd, CRI-O and the Docker Hub, as kubelets hand them on.
  [
    'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/a:1": failed to resolve reference "docker.io/library/a:1": docker.io/library/a:1: not found',
    0,
    'docker.io/library/a:1: not found',
  ],
  [
    'Failed to pull image "a:1": reading manifest 1 in docker.io/library/a: manifest unknown',
    0,
    'reading manifest 1 in docker.io/library/a: manifest unknown',
  ],
  [
    'Back-off pulling image "a:1": ErrImagePull: pull access denied, repository does not exist or may require authorization',
    0,
    'pull access denied, repository does not exist or may require authorization',
  ],
  [
    'failed to resolve image "a": unexpected status from HEAD request to https://registry-1.docker.io/v2/a: 429 Too Many Requests',
    2 * MINUTE,
    'unexpected status from HEAD request to https://registry-1.docker.io/v2/a: 429 Too Many Requests',
  ],
  [
    'failed to do request: Head "https://r/v2/a": dial tcp 198.51.100.20:443: i/o timeout',
    2 * MINUTE,
    'failed to do request: Head "https://r/v2/a": dial tcp 198.51.100.20:443: i/o timeout',
  ],
  [
    'failed to do request: Head "https://r.invalid/v2/a": dial tcp: lookup r.invalid: no such host',
    0,
    'failed to do request: Head "https://r.invalid/v2/a": dial tcp: lookup r.invalid: no such host',
  ],
  ['no match for platform in manifest: not found', 0, 'no match for platform in manifest: not found'],
  [
    'write /var/lib/containerd/ingest: no space left on device',
    MINUTE,
    'write /var/lib/containerd/ingest: no space left on device',
  ],
  ['Back-off pulling image "a:1"', 2 * MINUTE, ''],
])('a pull: %s', (message, patience, words) => {
  expect(registryWordsOf(message)).toBe(words);
  expect(pullPatience(message)).toBe(patience);
});

test.each([
  ['pods "a" is forbidden: exceeded quota: team, requested: pods=1, used: pods=6, limited: pods=6', 'quota', 0],
  ['pods "a" is forbidden: failed quota: team: must specify requests.cpu for: app', 'quota', 0],
  ['admission webhook "policy.example.com" denied the request: no latest tags', 'admission', 0],
  [
    'Internal error occurred: failed calling webhook "policy.example.com": failed to call webhook: Post "https://policy.svc": context deadline exceeded',
    'admission',
    30_000,
  ],
  ['pods "a" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true', 'admission', 0],
  ['pods "a" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi', 'create', 0],
  ['Post "https://10.0.0.1/api/v1/namespaces/default/pods": connection refused', 'create', MINUTE],
])('a refusal: %s', (message, code, patienceMs) => {
  expect(createFailure(message)).toEqual({ code, patienceMs });
});

test.each([
  ['MountVolume.SetUp failed for volume "conf": configmap "settings" not found', 0],
  ['MountVolume.SetUp failed for volume "conf": references non-existent secret key: uri', 0],
  [
    'MountVolume.SetUp failed for volume "kube-api-access": failed to sync configmap cache: timed out waiting for the condition',
    MINUTE,
  ],
  ['Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node', 2 * MINUTE],
])('a mount: %s', (message, patience) => {
  expect(mountPatience(message)).toBe(patience);
});

describe('scheduling', () => {
  const never =
    '0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';
  test.each([
    [never, false, 0],
    // Others could go, or would have to.
    [
      '0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.',
      false,
      2 * MINUTE,
    ],
    [
      '0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s). preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.',
      false,
      2 * MINUTE,
    ],
    [never, true, 10 * MINUTE],
    [
      '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
      false,
      2 * MINUTE,
    ],
    [
      '0/3 nodes are available: persistentvolumeclaim "data" not found. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
      false,
      0,
    ],
    [
      '0/2 nodes are available: 2 node(s) had untolerated taint(s). preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
      false,
      MINUTE,
    ],
  ])('%s (an autoscaler grows: %s)', (message, grows, patience) => {
    expect(schedulePatience(message, grows)).toBe(patience);
  });
});
