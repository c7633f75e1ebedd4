import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterAndMain } from '../../support/cluster-and-main.ts';

const cluster = clusterAndMain();
const { run, ok } = cluster;

const json = async (line: string) => JSON.parse(await ok(`${line} -o json`));
const undo = (...rest: string[]) => run(['undo', '--yes', ...rest]);
const entries = () => readdirSync(join(cluster.home, 'journal')).sort();

function deployment(name: string) {
  const labels = { app: name };
  const containers = [
    { name: 'main', image: 'nginx:1.28' },
    { name: 'side', image: 'busybox:1.36' },
  ];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default', labels },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}

describe('undo', () => {
  it('deletes what was created, and makes it again when the undoing is undone', async () => {
    await ok('create configmap made --from-literal=a=1');
    expect((await undo()).stdout).toContain('configmap/made in default deleted\n');
    expect((await run('get cm made')).code).toBe(1);
    const last = String(Number.parseInt(entries().at(-1)!, 10));
    expect((await undo(last)).stdout).toContain('configmap/made in default made again\n');
    expect((await json('get cm made'))['data']).toEqual({ a: '1' });
  });

  it('makes again what was deleted, with its data and without what was the server’s', async () => {
    await ok('create configmap lost --from-literal=a=1');
    const before = await json('get cm lost');
    await ok('delete cm lost');
    await undo();
    const after = await json('get cm lost');
    expect(after.data).toEqual({ a: '1' });
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    // What was made before the deletion can be taken back through it.
    expect((await undo()).stdout).toContain('configmap/lost in default deleted');
  });

  it('puts back only the fields that were changed, whatever else was changed since', async () => {
    await cluster.given(deployment('web'));
    await ok('set image deploy/web main=nginx:1.29');
    await run('set image deploy/web side=busybox:1.37');
    await run('label deploy/web tier=front');
    const { stdout } = await undo();
    expect(stdout).toContain('spec.template.spec.containers[name=main].image: "nginx:1.29" -> "nginx:1.28"\n');
    const { metadata, spec } = await json('get deploy web');
    expect(spec.template.spec.containers.map(({ image }: { image: string }) => image)).toEqual([
      'nginx:1.28',
      'busybox:1.37',
    ]);
    expect(metadata.labels.tier).toBe('front');
  });

  it('refuses, and names the field, where somebody has changed the same since', async () => {
    await cluster.given(deployment('busy'));
    await ok('scale deploy/busy --replicas=5');
    await run('scale deploy/busy --replicas=7');
    const { code, stdout, stderr } = await undo();
    expect(code).toBe(1);
    expect(stdout).toContain('spec.replicas: was 2, was set to 5, is 7 now\n');
    expect(stderr).toContain('error: nothing was changed: scale of deployment.apps/busy in default cannot be put back');
    expect((await json('get deploy busy')).spec.replicas).toBe(7);
  });

  it('puts back a scale to none and one from none', async () => {
    await cluster.given(deployment('sized'));
    await ok('scale deploy/sized --replicas=0');
    await undo();
    expect((await json('get deploy sized')).spec.replicas).toBe(2);
  });

  it('shows and does nothing with --preview', async () => {
    await ok('create configmap shown --from-literal=a=1');
    const before = entries().length;
    const { stdout, code } = await run('undo --preview');
    expect(stdout).toMatch(/configmap\/shown in default\n {6}is deleted\n$/);
    expect(code).toBe(0);
    expect((await run('get cm shown')).code).toBe(0);
    expect(entries()).toHaveLength(before);
  });

  it('refuses what cannot be put back: a namespace, what still goes, a name that is taken', async () => {
    await ok('create namespace away');
    await ok('delete namespace away');
    expect((await undo()).stdout).toContain('cannot be put back: all that was in the namespace went with it');

    const held = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'held', finalizers: ['example.com/hold'] } };
    await cluster.given(held);
    await ok('delete cm held --wait=false');
    expect((await undo()).stdout).toContain('still being deleted, held by example.com/hold');

    await ok('create configmap taken');
    await ok('delete cm taken');
    await run('create configmap taken');
    expect((await undo()).stdout).toContain('another object has its name now');
  });

  it('does not delete a namespace that is in use', async () => {
    await ok('create namespace used');
    await run('create configmap inside -n used');
    const { stdout, code } = await undo();
    expect(stdout).toContain('it is in use, and what is in it would go with it: configmap/inside');
    expect(code).toBe(1);
  });

  it('leaves pods to their controllers', async () => {
    await cluster.given(deployment('kept'));
    let pod = '';
    await expect.poll(async () => (pod = (await ok('get pod -l app=kept -o name')).split('\n')[0]!)).toMatch(/^pod\//);
    await ok(['delete', pod, '--wait=false']);
    const { stdout, stderr } = await undo();
    expect(stdout).toMatch(/nothing to do: it belongs to replicaset\/kept-\w+, which makes another/);
    expect(stderr).toContain('there is nothing to put back');
  });

  it('lets a cordoned node take pods again', async () => {
    const node = (await ok('get nodes -l !node-role.kubernetes.io/control-plane -o name')).trim().split('\n')[0]!;
    await ok(['cordon', node]);
    expect((await json(`get ${node}`)).spec.unschedulable).toBe(true);
    await undo();
    expect((await json(`get ${node}`)).spec.unschedulable).toBeUndefined();
  });

  it('names what went with a custom object', async () => {
    const names = { plural: 'shops', singular: 'shop', kind: 'Shop', listKind: 'ShopList' };
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await cluster.given({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'shops.example.com' },
      spec: {
        ...{ group: 'example.com', scope: 'Namespaced', names },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    });
    const owner = { apiVersion: 'example.com/v1', kind: 'Shop' };
    await expect.poll(async () => (await run('get shops')).code).toBe(0);
    await cluster.given({ ...owner, metadata: { name: 'one' }, spec: { size: 3 } });
    const { uid } = (await json('get shop one')).metadata;
    const ownerReferences = [{ ...owner, name: 'one', uid }];
    await cluster.given({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'till', ownerReferences } });
    await ok('delete shop one');
    const { stdout } = await undo();
    expect(stdout).toContain(
      'shop.example.com/one in default\n      is made again\n      (gone with it and not in the journal, unless its controller makes them again: configmap/till)\n',
    );
    expect((await json('get shop one')).spec).toEqual({ size: 3 });
  });

  it('asks, and takes no for an answer; where nobody is it refuses', async () => {
    await ok('create configmap asked');
    const no = await run('undo', { terminal: true, stdin: 'n\n' });
    expect(no.stdout).toMatch(/Put this back\? \(y\/n\): Nothing was changed\.\n$/);
    const nobody = await run('undo');
    expect(nobody.stderr).toContain('nobody can be asked here');
    expect(nobody.code).toBe(1);
    const yes = await run('undo', { terminal: true, stdin: 'y\n' });
    expect(yes.stdout).toContain('configmap/asked in default deleted');
  });

  it('refuses a change of another cluster and names the context', async () => {
    await ok('create configmap there');
    const file = join(cluster.home, 'journal', entries().at(-1)!);
    const { writeFileSync } = await import('node:fs');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"server":"[^"]+"/, '"server":"https://elsewhere"'));
    const id = String(Number.parseInt(entries().at(-1)!, 10));
    const { stderr, code } = await undo(id);
    expect(stderr).toContain(`change ${id} was made in another cluster: https://elsewhere`);
    expect(code).toBe(1);
  });
});

describe('the journal', () => {
  it('is listed with the newest first, in the width of a terminal', async () => {
    await ok('create configmap first');
    await ok(['create', 'configmap', 'second', `--from-literal=${'long'.repeat(20)}=1`]);
    const lines = (await run('undo --list --limit=2')).stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(
      /^\d+ +\d+s +test +configmap\/second in default +kctl create configmap second --from-literal=(long){20}=\*\*\*$/,
    );
    expect(lines[2]).toContain('configmap/first in default');
    const narrow = (await run('undo --list --limit=2', { terminal: true })).stdout.trimEnd().split('\n');
    expect(Math.max(...narrow.map(({ length }) => length))).toBe(80);
  });

  it('is its owner’s alone, and keeps no secret of a command line', async () => {
    await ok('create secret generic key --from-literal=token=geheim');
    const file = join(cluster.home, 'journal', entries().at(-1)!);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const [header] = readFileSync(file, 'utf8').split('\n');
    expect(JSON.parse(header!).command).toBe('kctl create secret generic key --from-literal=token=***');
    expect(header).not.toContain('geheim');
    const { stdout } = await run('undo --list');
    expect(stdout).not.toContain('geheim');
    // Nor of the manifest that apply keeps in an annotation.
    const manifest = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' }, stringData: { token: 'geheim' } };
    const applied = await ok('apply -f -', { stdin: JSON.stringify(manifest) });
    expect(applied).toBe('secret/key configured\n');
    const shown = (await run('undo --preview')).stdout;
    expect(shown).toContain('metadata.annotations: {"kubectl.kubernetes.io/last-applied-configuration":"(a mani');
    expect(shown).not.toContain('geheim');
    const again = JSON.stringify(manifest).replace('geheim', 'anders');
    const preview = (await run('apply -f - --preview', { stdin: again })).stdout;
    expect(preview).toContain('secret/key in default configured\n    data.token: (hidden) -> (hidden)');
    expect(preview).not.toMatch(/geheim|anders/);
    // The value is kept for the undoing of a deletion, and never shown.
    await ok('delete secret key');
    const undone = await undo();
    expect(undone.stdout).not.toContain(Buffer.from('geheim').toString('base64'));
    expect((await json('get secret key')).data.token).toBe(Buffer.from('geheim').toString('base64'));
  });

  it('leaves values of secrets out where the settings say so, and then refuses', async () => {
    const { writeFileSync } = await import('node:fs');
    const settings = join(cluster.home, 'settings.json');
    writeFileSync(settings, JSON.stringify({ journal: { secrets: false } }));
    try {
      await ok('create secret generic hidden --from-literal=token=geheim');
      await ok('delete secret hidden');
      const text = readFileSync(join(cluster.home, 'journal', entries().at(-1)!), 'utf8');
      expect(text).not.toContain(Buffer.from('geheim').toString('base64'));
      expect((await undo()).stdout).toContain('the values of secrets are not in the journal');
    } finally {
      writeFileSync(settings, '{}');
    }
  });

  it.each([
    ['on a pipe', {}, 0],
    ['for kubectl', { tool: 'kubectl', env: { KCTL_JOURNAL: '1' } }, 0],
    ['where it is turned off', { terminal: true, env: { KCTL_JOURNAL: '0' } }, 0],
    ['on a terminal', { terminal: true }, 1],
  ])('%s', async (_where, options, more) => {
    const before = entries().length;
    await run('create configmap counted', options);
    await run('delete configmap counted', { tool: 'kubectl' });
    expect(entries().length - before).toBe(more);
  });

  it('keeps nothing of rehearsals and reviews', async () => {
    const before = entries().length;
    await ok('create configmap rehearsed --dry-run=server');
    await ok('create token default');
    await ok('auth can-i get pods');
    expect(entries()).toHaveLength(before);
  });
});
