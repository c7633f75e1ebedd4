import { beforeAll, expect, test } from 'vitest';
import { drivenTests } from '../support/kubectl.ts';
import { eventually } from '../support/program.ts';

const json = (value: unknown): string => JSON.stringify(value);

drivenTests('the real kubectl reads and asks', (cluster) => {
  const { ok, fails } = cluster;
  beforeAll(async () => {
    await ok('create deployment web --image=nginx --replicas=2');
  });

  test('explain, by the third version of the schemas and by the second', async () => {
    for (const output of ['plaintext', 'plaintext-openapiv2']) {
      const explain = (what: string) => ok(`explain ${what} --output=${output}`);
      expect(await explain('deployments')).toMatch(/DESCRIPTION:\n +Keeps a number of equal pods running/);
      const containers = await explain('pod.spec.containers');
      expect(containers).toMatch(/name\s+<string>.*required/);
      expect(containers).toMatch(/imagePullPolicy\s+<string>/);
      expect(await explain('pods.spec.containers.resources.limits')).toContain('map[string]');
      expect(await explain('cronjob.spec.jobTemplate.spec.template.spec.volumes.emptyDir')).toContain('sizeLimit');
      const all = await explain('service --recursive');
      expect(all).toMatch(/^ {3,}ports\s+<\[\](Object|ServicePort)>/m);
      expect(all).toMatch(/^ {4,}targetPort\s+<(string|IntOrString)>/m);
      expect(await explain('hpa.spec --api-version=autoscaling/v1')).toContain('targetCPUUtilizationPercentage');
      expect(await explain('crd.spec.versions.schema.openAPIV3Schema')).toContain('x-kubernetes-validations');
    }
    expect(await fails('explain pod.spec.nosuch')).toContain('field "nosuch" does not exist');
  });

  test('get: selectors, columns, sorting, pages, raw', async () => {
    await ok('rollout status deploy/web --timeout=30s');
    const pods = (await ok('get pods -l app=web -o name')).trim().split('\n');
    expect(pods).toHaveLength(2);
    expect(await ok('get pods -l app!=web,app -o name')).toBe('');
    expect(await ok(['get', 'pods', '-l', 'app in (web,other)', '-o', 'name'])).toBe(`${pods.join('\n')}\n`);
    const running = (await ok('get pods -A --field-selector=status.phase=Running,metadata.namespace=default -o name'))
      .trim()
      .split('\n');
    expect(running.sort()).toEqual([...pods].sort());
    expect(await fails('get pods --field-selector=spec.image=x')).toContain('field label not supported: spec.image');
    expect(await ok(`get ${pods[0]} -o custom-columns=N:.metadata.name,P:.status.phase --no-headers`)).toMatch(
      /^web-\S+ +Running\n$/,
    );
    expect(await ok('get pods -l app=web -o wide')).toMatch(/NOMINATED NODE +READINESS GATES\n/);
    expect(await ok('get pods -l app=web -L app --show-labels')).toMatch(/APP +LABELS\n/);
    const byName = (await ok('get ns --sort-by=metadata.name -o name')).trim().split('\n');
    expect(byName).toEqual([...byName].sort());
    expect(await ok('get ns --chunk-size=1 -o name')).toBe(await ok('get ns -o name'));
    expect(JSON.parse(await ok('get --raw /api/v1/namespaces/default')).kind).toBe('Namespace');
    expect(await ok('get deploy,svc -o name')).toContain('deployment.apps/web\n');
    expect(await ok('get deploy web -o yaml --show-managed-fields')).toContain('manager: kubectl-create');
    expect(await ok('get --ignore-not-found pod nosuch')).toBe('');
    const old = 'Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n';
    for (const asked of ['get endpoints', 'get endpoints kubernetes', 'delete endpoints nosuch --ignore-not-found']) {
      expect([asked, (await cluster.k(asked)).stderr]).toEqual([asked, old]);
    }
  });

  test('api-resources and api-versions say what there is', async () => {
    expect(await ok('api-resources --verbs=list,watch --namespaced=false -o name')).toContain('clusterroles.rbac');
    expect(await ok('api-resources --categories=all --no-headers')).toMatch(
      /deployments +deploy +apps\/v1 +true +Deployment/,
    );
    expect(await ok('api-versions')).toMatch(/^autoscaling\/v1\nautoscaling\/v2$/m);
    expect(await ok('cluster-info')).toMatch(/control plane.* is running at/);
    expect(JSON.parse(await ok('version -o json')).serverVersion.minor).toBe('36');
  });

  test('wait, in all its forms', async () => {
    expect(await ok('wait --for=condition=Available deploy/web --timeout=20s')).toBe(
      'deployment.apps/web condition met\n',
    );
    expect(await ok('wait --for=condition=Ready pods -l app=web --timeout=20s')).toMatch(
      /^(pod\/web-\S+ condition met\n){2}$/,
    );
    expect(await ok(['wait', '--for=jsonpath={.status.readyReplicas}=2', 'deploy/web', '--timeout=20s'])).toContain(
      'met',
    );
    expect(await ok(['wait', '--for=jsonpath={.metadata.uid}', 'deploy/web', '--timeout=20s'])).toContain('met');
    const created = ok('wait --for=create cm/later --timeout=20s');
    await ok('create cm later');
    expect(await created).toBe('configmap/later condition met\n');
    // Deleted only when the wait looks on: what is gone before is no news to it.
    const { ended } = await cluster.until('wait --for=delete cm/later --timeout=20s -v=6', /watch=true/);
    await ok('delete cm later');
    expect(await ended).toMatch(/^configmap\/later (condition met|deleted)\n$/);
    expect(await ok('wait --for=condition=Progressing=False deploy/web --timeout=0s').catch(String)).toContain(
      'condition not met',
    );
    expect(await fails('wait --for=condition=Ready pod/nosuch --timeout=1s')).toContain('"nosuch" not found');
  });

  test('events, of an object and of all', async () => {
    const [pod = ''] = (await ok('get pods -l app=web -o name')).split('\n');
    const story = await ok(`events --for=${pod} --no-headers`);
    for (const reason of ['Scheduled', 'Pulled', 'Created', 'Started']) expect(story).toContain(reason);
    expect((await cluster.k('events --types=Warning')).stderr).toBe('No events found in default namespace.\n');
    expect(await ok('get events --field-selector=involvedObject.kind=Deployment -o jsonpath={.items[0].reason}')).toBe(
      'ScalingReplicaSet',
    );
    expect(await ok('describe deploy web')).toMatch(/Events:\n.*\n.*\n +Normal +ScalingReplicaSet/);
    expect(await ok(`describe ${pod}`)).toMatch(/Ready: +True[\s\S]*Successfully assigned default\/web/);
    expect(await ok('describe nodes')).toMatch(
      /Allocated resources:[\s\S]*Non-terminated Pods|Non-terminated Pods[\s\S]*Allocated resources:/,
    );
  });

  test('auth: who am I, what may I, what may others, and reconcile', async () => {
    expect(await ok('auth whoami -o jsonpath={.status.userInfo.username}')).toBe('kubernetes-admin');
    expect(await ok('auth can-i create pods')).toBe('yes\n');
    expect((await cluster.k('auth can-i delete nodes --as=u')).stdout).toMatch(/^no/);
    await ok('create role reader --verb=get,list --resource=pods');
    await ok('create rolebinding reader --role=reader --user=u');
    expect(await ok('auth can-i list pods --as=u')).toBe('yes\n');
    expect((await cluster.k('auth can-i list pods --as=u -n kube-system')).stdout).toMatch(/^no/);
    expect(await ok('auth can-i --list --as=u')).toMatch(/pods +\[\] +\[\] +\[get list\]/);
    expect(await ok('auth whoami --as=u --as-group=g -o jsonpath={.status.userInfo.groups}')).toContain('"g"');
    expect(await ok('get pods --as=u -o name')).toContain('pod/web-');
    expect(await fails('delete pods --all --as=u')).toContain('User "u" cannot delete resource "pods"');
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'reader', namespace: 'default' },
    };
    const rule = { apiGroups: [''], resources: ['services'], verbs: ['get'] };
    expect(await ok('auth reconcile -f -', json({ ...role, rules: [rule] }))).toContain('reader reconciled');
    expect(await ok('auth can-i get services --as=u')).toBe('yes\n');
    expect(await ok('auth can-i list pods --as=u')).toBe('yes\n');
  });

  test('certificates: asked for, approved, denied, used', async () => {
    const library = await import('@peculiar/x509');
    const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const request = await library.Pkcs10CertificateRequestGenerator.create({
      name: 'CN=jane,O=dev',
      keys,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    });
    const csr = (name: string) =>
      json({
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        metadata: { name },
        spec: {
          request: Buffer.from(request.toString('pem')).toString('base64'),
          signerName: 'kubernetes.io/kube-apiserver-client',
          usages: ['client auth'],
        },
      });
    await ok('create -f -', csr('jane'));
    await ok('create -f -', csr('other'));
    expect(await ok('get csr jane --no-headers')).toMatch(/kubernetes-admin .*Pending/);
    expect(await ok('certificate approve jane')).toBe('certificatesigningrequest.certificates.k8s.io/jane approved\n');
    expect(await ok('certificate deny other')).toBe('certificatesigningrequest.certificates.k8s.io/other denied\n');
    expect(await ok('get csr other --no-headers')).toContain('Denied');
    expect(await ok('get csr jane -o jsonpath={.status.conditions[0].type}/{.spec.username}')).toBe(
      'Approved/kubernetes-admin',
    );
  });

  test('top, of nodes and of pods', async () => {
    const figures = /^(\S+ +\d+m +\d+% +\d+Mi +\d+% *\n){2}$/;
    await eventually(
      async () => figures.test((await cluster.k('top nodes --no-headers')).stdout),
      'figures of both nodes',
      30_000,
    );
    await eventually(async () => (await cluster.k('top pods -l app=web')).code === 0, 'figures of the pods');
    expect(await ok('top pods -l app=web --containers --no-headers')).toMatch(/^(POD )?web-\S+ +nginx +\d+m +\d+Mi/m);
  });
});
