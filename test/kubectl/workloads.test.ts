import { beforeAll, expect, test } from 'vitest';
import { drivenTests } from '../support/kubectl.ts';

drivenTests('the real kubectl runs workloads', (cluster) => {
  const { ok, fails } = cluster;
  beforeAll(async () => {
    await ok('create deployment web --image=registry.k8s.io/pause:3.9 --replicas=2 --port=80');
  });

  const settled = () => ok('rollout status deploy/web --timeout=40s');

  test('rollout: status, history, undo, pause, resume, restart', async () => {
    expect(await settled()).toContain('deployment "web" successfully rolled out\n');
    expect(await ok('set image deploy/web pause=registry.k8s.io/pause:3.10')).toBe(
      'deployment.apps/web image updated\n',
    );
    await ok('annotate deploy/web kubernetes.io/change-cause=second');
    await settled();
    expect(await ok('rollout history deploy/web')).toMatch(/1 +<none>\n2 +second\n/);
    expect(await ok('rollout history deploy/web --revision=1')).toContain('pause:3.9');
    expect(await ok('rollout undo deploy/web')).toBe('deployment.apps/web rolled back\n');
    expect(await ok('get deploy web -o jsonpath={..image}')).toBe('registry.k8s.io/pause:3.9');
    expect(await ok('rollout pause deploy/web')).toBe('deployment.apps/web paused\n');
    expect(await fails('rollout pause deploy/web')).toContain('already paused');
    expect(await ok('rollout resume deploy/web')).toBe('deployment.apps/web resumed\n');
    expect(await ok('rollout restart deploy/web')).toBe('deployment.apps/web restarted\n');
    await settled();
  }, 90_000);

  test('set: image, env, resources, service account, selector', async () => {
    await ok('create sa robot');
    await ok('create service clusterip web --tcp=80');
    expect(await ok('set env deploy/web MODE=demo')).toBe('deployment.apps/web env updated\n');
    expect(await ok('set env deploy/web --list')).toContain('MODE=demo');
    expect(await ok('set env deploy/web MODE-')).toBe('deployment.apps/web env updated\n');
    expect(await ok('set resources deploy/web --limits=cpu=200m,memory=64Mi')).toContain(
      'resource requirements updated',
    );
    expect(await ok('set serviceaccount deploy/web robot')).toContain('serviceaccount updated');
    expect(await ok(['set', 'selector', 'svc', 'web', 'app=x'])).toContain('selector updated');
    const found = '{..resources.limits.cpu} {.spec.template.spec.serviceAccountName}';
    expect(await ok(['get', 'deploy', 'web', '-o', `jsonpath=${found}`])).toBe('200m robot');
    await ok('create clusterrolebinding viewers --clusterrole=view');
    expect(await ok('set subject clusterrolebinding viewers --user=jane')).toContain('subjects updated');
  });

  test('scale and autoscale', async () => {
    expect(await ok('scale deploy web --replicas=1')).toBe('deployment.apps/web scaled\n');
    expect(await fails('scale deploy web --current-replicas=7 --replicas=2')).toContain(
      'Expected replicas to be 7, was 1',
    );
    expect(await ok('scale deploy/web --replicas=3 --timeout=30s')).toBe('deployment.apps/web scaled\n');
    expect(await ok('autoscale deploy web --min=1 --max=4 --cpu-percent=50')).toContain('autoscaled');
    expect(await ok('get hpa web --no-headers')).toMatch(/Deployment\/web .*50% +1 +4/);
    await ok('delete hpa web');
  });

  test('run, expose, logs, cp-less pods that end', async () => {
    expect(await ok('run one --image=nginx --port=80 --labels=a=b --env=X=y')).toBe('pod/one created\n');
    expect(await ok('expose pod one --name=one')).toBe('service/one exposed\n');
    expect(await ok('expose deploy web --name=web2 --type=NodePort --port=80')).toBe('service/web2 exposed\n');
    expect(await ok('get svc web2 -o jsonpath={.spec.ports[0].nodePort}')).toMatch(/^3\d{4}$/);
    await ok('wait --for=condition=Ready pod/one --timeout=30s');
    expect((await ok('logs one')).length).toBeGreaterThan(0);
    expect(await fails('run one --image=nginx')).toContain('pods "one" already exists');
    expect(await ok('run try --image=busybox --restart=Never --dry-run=server -o jsonpath={.spec.restartPolicy}')).toBe(
      'Never',
    );
    await ok('create job quick --image=busybox -- true');
    expect(await ok('wait --for=condition=Complete job/quick --timeout=40s')).toBe('job.batch/quick condition met\n');
    expect(await ok('debug one --image=busybox --target=one --attach=false -q -c look')).toBe('');
    expect(await ok('get pod one -o jsonpath={.spec.ephemeralContainers[0].name}')).toBe('look');
  }, 90_000);

  test('run to the end and clear up; debug by a copy and on a node', async () => {
    const ended = await ok('run hello --rm -i --quiet --restart=Never --image=busybox -- echo said', 'typed');
    expect(ended).toContain('said\n');
    expect(await fails('get pod hello')).toContain('pods "hello" not found');
    await ok('run two --image=nginx --labels=a=b');
    await ok('debug two --copy-to=twin --image=busybox --container=look --share-processes --attach=false -q');
    const copied = '{.spec.shareProcessNamespace} {.spec.containers[*].name} {.metadata.labels}';
    expect(await ok(['get', 'pod', 'twin', '-o', `jsonpath=${copied}`])).toBe('true two look ');
    const [node = ''] = (await ok('get nodes -o jsonpath={.items[*].metadata.name}')).split(' ');
    await ok(`debug node/${node} --image=busybox --attach=false -q`);
    const [debugger_ = ''] = (await ok('get pods -o name')).split('\n').filter((one) => one.includes('node-debugger'));
    const spec = '{.spec.nodeName} {.spec.hostPID} {.spec.volumes[?(@.hostPath)].hostPath.path}';
    expect(await ok(['get', debugger_, '-o', `jsonpath=${spec}`])).toBe(`${node} true /`);
    await ok(`delete pod two twin ${debugger_.slice('pod/'.length)} --now`);
  }, 90_000);

  test('nodes: taint, cordon, drain past a budget, uncordon', async () => {
    const [node = ''] = (await ok('get nodes -o jsonpath={.items[*].metadata.name}')).split(' ');
    expect(await ok(`taint node ${node} use=gpu:NoSchedule`)).toBe(`node/${node} tainted\n`);
    expect(await fails(`taint node ${node} use=cpu:NoSchedule`)).toContain('already has use taint(s)');
    expect(await ok(`taint node ${node} use-`)).toBe(`node/${node} untainted\n`);
    expect(await ok(`cordon ${node}`)).toBe(`node/${node} cordoned\n`);
    expect(await ok(`get node ${node} --no-headers`)).toContain('Ready,SchedulingDisabled');
    await ok('delete pod one --now --ignore-not-found');
    const drain = `drain ${node} --ignore-daemonsets --delete-emptydir-data --force --timeout=60s`;
    expect(await ok(drain)).toContain(`node/${node} drained\n`);
    expect(await ok(`get pods -A --field-selector=spec.nodeName=${node} -l app=web -o name`)).toBe('');
    expect(await ok(`uncordon ${node}`)).toBe(`node/${node} uncordoned\n`);
    await settled();
    await ok('create poddisruptionbudget web --selector=app=web --min-available=3');
    await ok('wait --for=jsonpath={.status.currentHealthy}=3 pdb/web --timeout=30s');
    const [pod = ''] = (await ok('get pods -l app=web -o jsonpath={.items[*].metadata.name}')).split(' ');
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace: 'default' } };
    const raw = ['create', '--raw', `/api/v1/namespaces/default/pods/${pod}/eviction`, '-f', '-'];
    expect(await fails(raw, JSON.stringify(eviction))).toContain(
      "Cannot evict pod as it would violate the pod's disruption budget",
    );
  }, 90_000);
});
