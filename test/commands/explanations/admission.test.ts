import { expect, test } from 'vitest';
import { failure, type Routes, run } from '../fake-cluster.ts';

/** What is said below a refusal to label a pod, in one line. */
async function seen(refusal: ReturnType<typeof failure>, routes: Routes = {}): Promise<string> {
  const pod = '/api/v1/namespaces/default/pods/web';
  const { stderr } = await run(
    ['label', 'pod', 'web', 'a=b'],
    {
      [`GET ${pod}`]: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' } },
      [`PATCH ${pod}`]: refusal,
      ...routes,
    },
    { tool: 'kctl', terminal: true, env: { NO_COLOR: '1' } },
  );
  const [, ...explained] = stderr.split('\n');
  return explained.join(' ').replace(/\s+/g, ' ').trim();
}
const list = (...items: object[]) => ({ kind: 'List', apiVersion: 'v1', metadata: {}, items });
const hooks = '/apis/admissionregistration.k8s.io/v1';
const hook = (more: object = {}) => ({
  metadata: { name: 'checks' },
  webhooks: [
    { name: 'other.example.com' },
    { name: 'check.example.com', clientConfig: { service: { name: 'guard', namespace: 'sec' } }, ...more },
  ],
});

test('a webhook that refuses: whose it is', async () => {
  const said = await seen(failure(403, 'Forbidden', 'admission webhook "check.example.com" denied the request: no'), {
    [`GET ${hooks}/validatingwebhookconfigurations`]: list(),
    [`GET ${hooks}/mutatingwebhookconfigurations`]: list(hook()),
  });
  expect(said).toBe(
    'Webhook check.example.com is of mutatingwebhookconfiguration/checks; service sec/guard answers for it. What it says stands above; its owner knows what it wants.',
  );
});

test('a webhook that is silent: whether anybody is there', async () => {
  const message =
    'Internal error occurred: failed calling webhook "check.example.com": failed to call webhook: timeout';
  const slices = '/apis/discovery.k8s.io/v1/namespaces/sec/endpointslices';
  const configured = { [`GET ${hooks}/validatingwebhookconfigurations`]: list(hook({ failurePolicy: 'Fail' })) };
  const nobody = await seen(failure(500, 'InternalError', message), {
    ...configured,
    [`GET ${slices}`]: list({ endpoints: [{ conditions: { ready: false } }] }),
  });
  expect(nobody).toContain('The service has 0 ready endpoints. kctl why service/guard -n sec');
  expect(nobody).toContain('everything that it is to look at is refused (failurePolicy: Fail)');
  const there = await seen(failure(500, 'InternalError', message), {
    ...configured,
    [`GET ${slices}`]: list({ endpoints: [{ conditions: { ready: true } }] }),
  });
  expect(there).toContain('The service has 1 ready endpoint.');
  expect(there).not.toContain('kctl why');
  expect(await seen(failure(500, 'InternalError', message), configured)).toContain(
    'has no endpoints, if it exists at all',
  );
});

test('a policy: what it wants, or where to read it', async () => {
  const message =
    "pods \"web\" is forbidden: ValidatingAdmissionPolicy 'few' with binding 'few-here' denied request: failed expression: x";
  const policy = { spec: { validations: [{ expression: 'object.spec.replicas\n  <= 5' }] } };
  const said = await seen(failure(422, 'Invalid', message), {
    [`GET ${hooks}/validatingadmissionpolicies/few`]: policy,
  });
  expect(said).toBe(
    'A rule of this cluster says so: policy few, bound by few-here. It wants: object.spec.replicas <= 5',
  );
  expect(await seen(failure(422, 'Invalid', message))).toContain('kctl get validatingadmissionpolicy few -o yaml');
});

test('a disruption budget: how much room it leaves', async () => {
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  const cause = {
    reason: 'DisruptionBudget',
    message: 'The disruption budget keep needs 3 healthy pods and has 3 currently',
  };
  const said = await seen(failure(429, 'TooManyRequests', message, { causes: [cause] }), {
    'GET /apis/policy/v1/namespaces/default/poddisruptionbudgets/keep': {
      status: { currentHealthy: 3, desiredHealthy: 3, expectedPods: 4 },
    },
  });
  expect(said).toContain('Budget keep keeps 3 of 4 pods; 3 are healthy now.');
});

test('a namespace that goes: what keeps it', async () => {
  const message = 'unable to create new content in namespace default because it is being terminated';
  const said = await seen(failure(403, 'Forbidden', message), {
    'GET /api/v1/namespaces/default': {
      status: {
        conditions: [
          { type: 'NamespaceContentRemaining', status: 'True', message: 'Some resources are remaining: pods. has 2' },
          { type: 'NamespaceDeletionDiscoveryFailure', status: 'False', message: 'fine' },
        ],
      },
    },
  });
  expect(said).toBe(
    'Namespace default is being deleted: nothing can be made in it any more. Some resources are remaining: pods. has 2 kctl describe namespace default',
  );
});

test('rules that one does not hold oneself', async () => {
  const message = 'roles "x" is forbidden: user "eve" is attempting to grant RBAC permissions not currently held:\n{}';
  expect(await seen(failure(403, 'Forbidden', message))).toContain('kctl auth who-can escalate clusterroles');
});

test('annotations that grew too long, and what cannot change', async () => {
  const causes = [
    { field: 'metadata.annotations', message: 'Too long: may not be more than 262144 bytes' },
    { field: 'spec.nodeName', message: 'Invalid value: "x": field is immutable' },
  ];
  const said = await seen(failure(422, 'Invalid', 'no', { name: 'web', kind: 'Pod', causes }));
  expect(said).toContain('kctl apply --server-side -f FILE');
  expect(said).toContain('kctl replace --force -f FILE');
  expect(said).toContain('kctl explain pods.metadata.annotations kctl explain pods.spec.nodeName');
});
