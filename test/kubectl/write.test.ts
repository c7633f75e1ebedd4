import { expect, test } from 'vitest';
import { drivenTests } from '../support/kubectl.ts';

const json = (value: unknown): string => JSON.stringify(value);
const map = (name: string, data: Record<string, string>) =>
  json({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

const deployment = (container: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  json({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'shop', labels: { app: 'shop' } },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'shop' } },
      template: {
        metadata: { labels: { app: 'shop' } },
        spec: { containers: [{ name: 'web', image: 'nginx:1.25', ...container }] },
      },
      ...more,
    },
  });

drivenTests('the real kubectl writes', (cluster) => {
  const { ok, fails } = cluster;

  test('every sub-kind that create knows', async () => {
    const made: Record<string, string> = {
      'clusterrole reader --verb=get --resource=pods,deployments.apps/scale --non-resource-url=/metrics':
        'clusterrole.rbac.authorization.k8s.io/reader',
      'clusterrole sum --aggregation-rule=tier=x': 'clusterrole.rbac.authorization.k8s.io/sum',
      'clusterrolebinding readers --clusterrole=reader --user=u --group=g --serviceaccount=default:default':
        'clusterrolebinding.rbac.authorization.k8s.io/readers',
      'configmap settings --from-literal=a=b': 'configmap/settings',
      'cronjob nightly --image=busybox --schedule=@daily -- true': 'cronjob.batch/nightly',
      'deployment plain --image=nginx --replicas=0 --port=80': 'deployment.apps/plain',
      'ingress front --class=nginx --rule=shop.example/*=plain:80,tls=cert --default-backend=plain:80':
        'ingress.networking.k8s.io/front',
      'job once --image=busybox -- true': 'job.batch/once',
      'namespace side': 'namespace/side',
      'poddisruptionbudget keep --selector=app=plain --min-available=50%': 'poddisruptionbudget.policy/keep',
      'priorityclass low --value=-5 --preemption-policy=Never --description=last':
        'priorityclass.scheduling.k8s.io/low',
      'quota bounds --hard=configmaps=50,count/deployments.apps=20': 'resourcequota/bounds',
      'role r --verb=get --resource=pods --resource-name=a': 'role.rbac.authorization.k8s.io/r',
      'rolebinding r --role=r --serviceaccount=default:default': 'rolebinding.rbac.authorization.k8s.io/r',
      'secret generic plain --from-literal=a=b': 'secret/plain',
      'secret docker-registry pull --docker-server=r.example --docker-username=u --docker-password=p': 'secret/pull',
      'service clusterip inside --tcp=80:8080': 'service/inside',
      'service clusterip headless --clusterip=None': 'service/headless',
      'service externalname away --external-name=example.com': 'service/away',
      'service loadbalancer outside --tcp=80': 'service/outside',
      'service nodeport ports --tcp=80 --node-port=30123': 'service/ports',
      'serviceaccount robot': 'serviceaccount/robot',
    };

    for (const [command, object] of Object.entries(made)) {
      const [options, ...rest] = command.split(' -- ');
      const dry = [`create ${options} --dry-run=server`, ...rest].join(' -- ');
      expect([command, await ok(dry)]).toEqual([command, `${object} created (server dry run)\n`]);
      expect([command, await ok(`create ${command}`)]).toEqual([command, `${object} created\n`]);
    }
    expect(await ok('create job again --from=cronjob/nightly')).toBe('job.batch/again created\n');
    const owner = '{.metadata.annotations.cronjob\\.kubernetes\\.io/instantiate} {.metadata.ownerReferences[0].kind}';
    expect(await ok(['get', 'job', 'again', '-o', `jsonpath=${owner}`])).toBe('manual CronJob');
    const token = await ok('create token robot --duration=20m --audience=x');
    expect(JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).aud).toEqual(['x']);
    expect(await ok('create token robot -o jsonpath={.metadata.uid}')).toBe(
      await ok('get sa robot -o jsonpath={.metadata.uid}'),
    );
    expect(await fails('create deployment plain --image=nginx')).toBe(
      'error: failed to create deployment: deployments.apps "plain" already exists\n',
    );
  });

  test('tls secrets, from files; kustomize; several files at once', async () => {
    const { createAuthority } = await import('../../src/emulator/pki/certificates.ts');
    const pair = await createAuthority('shop', Date.now());
    const cert = cluster.file('tls.crt', pair.cert);
    const key = cluster.file('tls.key', pair.key);
    expect(await ok(['create', 'secret', 'tls', 'cert', `--cert=${cert}`, `--key=${key}`])).toBe(
      'secret/cert created\n',
    );
    expect(await ok('get secret cert -o jsonpath={.type}')).toBe('kubernetes.io/tls');
    const files = [cluster.file('a.json', map('a', {})), cluster.file('b.json', map('b', {}))];
    expect(await ok(['create', '-f', files[0]!, '-f', files[1]!])).toBe('configmap/a created\nconfigmap/b created\n');
    cluster.file('kustomization.yaml', 'namePrefix: k-\nresources: [a.json]\n');
    expect(await ok(['apply', '-k', cluster.home])).toBe('configmap/k-a created\n');
  });

  test('apply merges three ways: by keys, takes away what it wrote, and leaves what others wrote', async () => {
    const env = (...names: string[]) => ({ env: names.map((name) => ({ name, value: '1' })) });
    const ports = { ports: [{ containerPort: 80 }, { containerPort: 443 }] };
    expect(await ok('apply -f -', deployment({ ...env('A', 'B'), ...ports }))).toBe('deployment.apps/shop created\n');
    await ok('set env deploy/shop OTHER=2');
    await ok('label deploy shop other=yes');
    expect(await ok('apply -f -', deployment({ ...env('B', 'C'), ports: [{ containerPort: 443 }] }))).toBe(
      'deployment.apps/shop configured\n',
    );
    const container = '{.spec.template.spec.containers[0]';
    const names = await ok([
      'get',
      'deploy',
      'shop',
      '-o',
      `jsonpath=${container}.env[*].name} ${container}.ports[*].containerPort}`,
    ]);
    expect(names.split(' ').slice(0, -1).sort()).toEqual(['B', 'C', 'OTHER']);
    expect(names.split(' ').at(-1)).toBe('443');
    expect(await ok('get deploy shop -o jsonpath={.metadata.labels.other}')).toBe('yes');
    // A strategy that replaces another takes the other's settings along.
    await ok(
      'apply -f -',
      deployment(env('B'), { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2 } } }),
    );
    expect(await ok('apply -f -', deployment(env('B'), { strategy: { type: 'Recreate' } }))).toContain('configured');
    expect(await ok('get deploy shop -o jsonpath={.spec.strategy}')).toBe('{"type":"Recreate"}');
    expect(await ok('apply view-last-applied deploy/shop -o json')).toContain('"Recreate"');
    expect(await fails('apply -f -', deployment({ imagee: 'x' }))).toContain(
      'unknown field "spec.template.spec.containers[0].imagee"',
    );
    // As much of the patch is shown as Go's merge leaves of it.
    expect(await fails('apply -f -', deployment({}, { pausedd: true }))).toMatch(
      /^The request is invalid: patch: Invalid value: "map\[metadata:map\[annotations:map\[kubectl.*\]\] spec:map\[pausedd:true strategy:<nil> template:map\[spec:map\[\]\]\]\]": strict decoding error: unknown field "spec.pausedd"\n$/s,
    );
    const warned = await cluster.k('apply --validate=warn -f -', deployment({ imagee: 'x' }));
    expect([warned.code, warned.stderr]).toEqual([
      0,
      'Warning: unknown field "spec.template.spec.containers[0].imagee"\n',
    ]);
    expect(await fails('apply -f -', deployment({}, { selector: { matchLabels: { app: 'x' } } }))).toContain(
      'The Deployment "shop" is invalid: ',
    );
  });

  test('apply --prune takes away what is no longer there', async () => {
    const two = (...names: string[]) =>
      names
        .map((name) => json({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { set: 'p' } } }))
        .join('\n---\n');
    await ok('apply -f -', two('p1', 'p2'));
    const pruned = await ok('apply --prune -l set=p --prune-allowlist=core/v1/ConfigMap -f -', two('p1'));
    expect(pruned).toBe('configmap/p1 unchanged\nconfigmap/p2 pruned\n');
  });

  test('an apply set remembers what it holds, and takes away what leaves it', async () => {
    const list = (...names: string[]) =>
      json({ apiVersion: 'v1', kind: 'List', items: names.map((name) => JSON.parse(map(name, {}))) });
    const alpha = { KUBECTL_APPLYSET: 'true' };
    await ok('apply -n default --prune --applyset=members -f -', list('m1', 'm2'), alpha);
    const kinds = '{.metadata.annotations.applyset\\.kubernetes\\.io/contains-group-kinds}';
    expect(await ok(['get', 'secret', 'members', '-o', `jsonpath=${kinds}`])).toBe('ConfigMap');
    expect(await ok('apply -n default --prune --applyset=members -f -', list('m1'), alpha)).toBe(
      'configmap/m1 configured\nconfigmap/m2 pruned\n',
    );
    const id = await ok([
      'get',
      'secret',
      'members',
      '-o',
      'jsonpath={.metadata.labels.applyset\\.kubernetes\\.io/id}',
    ]);
    expect(await ok(`get cm -l applyset.kubernetes.io/part-of=${id} -o name`)).toBe('configmap/m1\n');
  });

  test('diff shows what apply would do, and does nothing', async () => {
    await ok('apply -f -', map('drift', { a: '1' }));
    for (const mode of [[], ['--server-side']]) {
      const ran = await cluster.k(['diff', ...mode, '-f', '-'], map('drift', { a: '2' }));
      expect(ran.code).toBe(1);
      expect(ran.stdout).toMatch(/^- {2}a: "1"$/m);
      expect(ran.stdout).toMatch(/^\+ {2}a: "2"$/m);
    }
    expect(await ok('get cm drift -o jsonpath={.data.a}')).toBe('1');
    expect((await cluster.k('diff -f -', map('drift', { a: '1' }))).code).toBe(0);
  });

  test('server-side apply: who owns what, conflicts, force, and letting go', async () => {
    const apply = (manager: string, more = '') => `apply --server-side --field-manager=${manager}${more} -f -`;
    expect(await ok(apply('one'), map('shared', { a: '1', b: '1' }))).toBe('configmap/shared serverside-applied\n');
    const refused = await fails(apply('two'), map('shared', { a: '2', c: '2' }));
    expect(refused).toContain('Apply failed with 1 conflict: conflict with "one": .data.a');
    expect(await ok(apply('two', ' --force-conflicts'), map('shared', { a: '2', c: '2' }))).toContain('applied');
    // What one no longer applies goes, unless another has it.
    await ok(apply('one'), map('shared', {}));
    expect(await ok('get cm shared -o jsonpath={.data}')).toBe('{"a":"2","c":"2"}');
    // What was applied by the client before goes over to the server.
    await ok('apply -f -', map('moved', { a: '1', b: '1' }));
    await ok('apply --server-side -f -', map('moved', { a: '2' }));
    expect(await ok('get cm moved -o jsonpath={.data}')).toBe('{"a":"2"}');
    expect(await ok(`${apply('three')} --dry-run=server -o name`, map('dry', {}))).toBe('configmap/dry\n');
    expect(await fails('get cm dry')).toContain('NotFound');
  });

  test('patches of every type, and of a subresource', async () => {
    await ok('apply -f -', deployment({ env: [{ name: 'A', value: '1' }] }));
    const patch = (type: string, body: unknown, more: string[] = []) =>
      ok(['patch', 'deploy', 'shop', `--type=${type}`, '-p', json(body), ...more]);
    const strategic = {
      spec: { template: { spec: { containers: [{ name: 'web', env: [{ name: 'B', value: '2' }] }] } } },
    };
    expect(await patch('strategic', strategic)).toBe('deployment.apps/shop patched\n');
    expect(await patch('strategic', strategic)).toBe('deployment.apps/shop patched (no change)\n');
    const envNames = 'jsonpath={.spec.template.spec.containers[0].env[*].name}';
    expect(await ok(['get', 'deploy', 'shop', '-o', envNames])).toBe('B A');
    await patch('merge', { metadata: { labels: { tier: 'front' } }, spec: { paused: true } });
    await patch('json', [
      { op: 'test', path: '/spec/paused', value: true },
      { op: 'remove', path: '/spec/paused' },
    ]);
    expect(await ok('get deploy shop -o jsonpath={.spec.paused}/{.metadata.labels.tier}')).toBe('/front');
    expect(
      await fails(['patch', 'deploy', 'shop', '--type=json', '-p', '[{"op":"remove","path":"/spec/nosuch"}]']),
    ).toContain('the server rejected our request');
    const scaled = await patch('merge', { spec: { replicas: 0 } }, ['--subresource=scale']);
    expect(scaled).toMatch(/^scale\.autoscaling\/shop patched|^deployment\.apps\/shop patched/);
    await ok([
      'patch',
      'deploy',
      'shop',
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"collisionCount":7}}',
    ]);
    expect(await ok('get deploy shop --subresource=status -o jsonpath={.status.collisionCount}')).toBe('7');
    const editor = { KUBE_EDITOR: 'sed -i s/collisionCount:.7/collisionCount:\\ 8/' };
    expect(await ok('edit deploy shop --subresource=status', '', editor)).toBe('deployment.apps/shop edited\n');
    expect(await ok('get deploy shop -o jsonpath={.status.collisionCount}')).toBe('8');
    expect(await fails('get cm settings --subresource=status')).toContain('(NotFound)');
  });

  test('edit, replace and delete', async () => {
    await ok('apply -f -', map('edited', { a: 'before' }));
    const editor = { KUBE_EDITOR: 'sed -i s/before/after/' };
    expect(await ok('edit cm edited', '', editor)).toBe('configmap/edited edited\n');
    expect(await ok('get cm edited -o jsonpath={.data.a}')).toBe('after');
    expect(await ok('replace -f -', map('edited', { b: '1' }))).toBe('configmap/edited replaced\n');
    const stale = json({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'edited', resourceVersion: '1' },
    });
    expect(await fails('replace -f -', stale)).toContain('the object has been modified; please apply your changes');
    expect(await ok('replace --force -f -', map('edited', {}))).toMatch(/configmap\/edited replaced\n$/);
    expect(await ok('delete cm edited --dry-run=server')).toMatch(/^configmap "edited" deleted.* \(server dry run\)/);
    expect(await ok('delete cm edited drift --wait=false')).toMatch(
      /^configmap "edited" deleted.*\nconfigmap "drift" deleted/,
    );
    expect(await ok('delete cm edited --ignore-not-found')).toBe('');
    const held = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', finalizers: ['shop.example/wait'] } };
    await ok('create -f -', json(held));
    await ok('delete cm held --wait=false');
    expect(await fails('create cm held')).toBe(
      'error: failed to create configmap: object is being deleted: configmaps "held" already exists\n',
    );
    await ok(['patch', 'cm', 'held', '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
    expect(await ok('create cm held')).toBe('configmap/held created\n');
  });

  test('labels and annotations: set, refuse, overwrite, take off, list', async () => {
    await ok('apply -f -', map('tagged', {}));
    expect(await ok('label cm tagged a=1 b=2')).toBe('configmap/tagged labeled\n');
    expect(await fails('label cm tagged a=3')).toContain("'a' already has a value (1), and --overwrite is false");
    expect(await ok('label cm tagged a=3 --overwrite')).toBe('configmap/tagged labeled\n');
    expect(await ok('label cm tagged b-')).toBe('configmap/tagged unlabeled\n');
    expect(await ok('label cm tagged --list')).toBe('a=3\n');
    expect(await fails('label cm tagged a=-bad- --overwrite')).toContain('invalid label value');
    expect(await ok('annotate cm tagged note=x')).toBe('configmap/tagged annotated\n');
    expect(await ok('get cm -l a=3 -o name')).toBe('configmap/tagged\n');
  });

  test('a custom kind: schema, columns, status, scale, and what apply merges by', async () => {
    const schema = {
      type: 'object',
      description: 'Something that is sold.',
      properties: {
        spec: {
          type: 'object',
          required: ['size'],
          properties: {
            size: { type: 'integer', minimum: 1, description: 'How big it is.' },
            replicas: { type: 'integer', default: 1 },
            colour: { type: 'string', enum: ['red', 'green'], default: 'red' },
          },
        },
        status: { type: 'object', properties: { replicas: { type: 'integer' } } },
      },
    };
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'wares.shop.example' },
      spec: {
        group: 'shop.example',
        scope: 'Namespaced',
        names: { plural: 'wares', singular: 'ware', kind: 'Ware', shortNames: ['wa'], categories: ['all'] },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: schema },
            subresources: {
              status: {},
              scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
            },
            additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
          },
        ],
      },
    };
    expect(await ok('apply -f -', json(crd))).toContain('wares.shop.example created');
    await ok('wait --for=condition=Established crd/wares.shop.example --timeout=10s');
    const ware = (spec: unknown) =>
      json({ apiVersion: 'shop.example/v1', kind: 'Ware', metadata: { name: 'cup' }, spec });
    expect(await ok('apply -f -', ware({ size: 3 }))).toBe('ware.shop.example/cup created\n');
    expect(await ok('get wa')).toBe('NAME   SIZE\ncup    3\n');
    expect(await ok('get all -o name')).toContain('ware.shop.example/cup');
    expect(await ok('get ware cup -o jsonpath={.spec.colour}')).toBe('red');
    expect(await fails('apply -f -', ware({ size: 'x' }))).toContain('spec.size: Invalid value: "string"');
    expect(await fails('apply -f -', ware({ size: 1, colour: 'blue' }))).toContain('supported values: "red", "green"');
    expect(await fails('apply -f -', ware({ size: 1, weight: 2 }))).toContain('unknown field "spec.weight"');
    expect(await ok('scale ware cup --replicas=4')).toBe('ware.shop.example/cup scaled\n');
    expect(await ok('get ware cup -o jsonpath={.spec.replicas}')).toBe('4');
    expect(await ok('explain ware.spec.size')).toContain('How big it is.');
    expect(await fails(['patch', 'ware', 'cup', '--type=strategic', '-p', '{"spec":{"size":2}}'])).toContain(
      'the body of the request was in an unknown format',
    );
    expect(await ok('delete crd wares.shop.example --timeout=10s')).toContain('deleted');
    expect(await fails('get wares')).toContain(
      'the server could not find the requested resource (get wares.shop.example)',
    );
  });
});
