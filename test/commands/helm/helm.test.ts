import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { encodeRelease, type HelmHook, type HelmRelease, readRelease } from '../../../src/store/helm/release.ts';
import { clusterAndMain } from '../../support/cluster-and-main.ts';

const cluster = clusterAndMain();
const { run, ok } = cluster;

const json = async (line: string) => JSON.parse(await ok(`${line} -o json`));
const revision = async (name: string, number: number) =>
  readRelease(await json(`get secret sh.helm.release.v1.${name}.v${number}`));
const statuses = async (name: string): Promise<string[]> =>
  (await json(`helm history ${name}`)).map(
    (one: { revision: number; status: string }) => `${one.revision} ${one.status}`,
  );

const text = (name: string, data: Record<string, string>, annotations: Record<string, string> = {}) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: ${JSON.stringify({ name, annotations })}\ndata: ${JSON.stringify(data)}\n`;

interface Given {
  manifests: readonly string[];
  hooks?: HelmHook[];
  applyMethod?: string;
}

/** A release of some revisions, the last one deployed and its objects there, as helm leaves it. */
async function installed(name: string, revisions: readonly Given[]): Promise<void> {
  for (const [index, { manifests, hooks, applyMethod }] of revisions.entries()) {
    const isLast = index === revisions.length - 1;
    const status = isLast ? 'deployed' : 'superseded';
    const version = index + 1;
    const release: HelmRelease = {
      ...{ name, version, namespace: 'default', manifest: manifests.map((one) => `---\n${one}`).join('') },
      info: {
        status,
        first_deployed: '2026-01-01T00:00:00Z',
        last_deployed: `2026-01-0${version}T00:00:00Z`,
        deleted: '',
      },
      chart: { metadata: { name: 'greeter', version: '1.0.0', appVersion: '2.0' }, values: { a: 1 } },
      config: { revision: version },
      ...(hooks && { hooks }),
      ...(applyMethod && { apply_method: applyMethod }),
    };
    await cluster.given({
      ...{ apiVersion: 'v1', kind: 'Secret', type: 'helm.sh/release.v1' },
      metadata: {
        ...{ name: `sh.helm.release.v1.${name}.v${version}`, namespace: 'default' },
        labels: { owner: 'helm', name, status, version: String(version), createdAt: '1767225600', team: 'shop' },
      },
      data: { release: await encodeRelease(release) },
    });
    if (!isLast) continue;
    const { parseYamlDocuments } = await import('../../../src/lib/yaml.ts');
    for (const object of parseYamlDocuments(release.manifest!, 'test') as KubeObject[]) {
      object.metadata.namespace = 'default';
      object.metadata.annotations = {
        ...object.metadata.annotations,
        ...{ 'meta.helm.sh/release-name': name, 'meta.helm.sh/release-namespace': 'default' },
      };
      object.metadata.labels = { ...object.metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' };
      await cluster.given(object);
    }
  }
}

function hook(name: string, events: string[], command: string, rest: Partial<HelmHook> = {}): HelmHook {
  const spec = `{backoffLimit: 0, template: {spec: {restartPolicy: Never, containers: [{name: h, image: "busybox:1.36", command: [sh, -c, "${command}"]}]}}}`;
  const manifest = `apiVersion: batch/v1\nkind: Job\nmetadata: {name: ${name}, annotations: {helm.sh/hook: "${events}"}}\nspec: ${spec}\n`;
  return { name, kind: 'Job', path: 'hooks.yaml', manifest, events, ...rest };
}

describe('helm rollback', () => {
  it('makes a new revision out of an old one: creates, changes and deletes what differs, and keeps what asks for it', async () => {
    const keep = { 'helm.sh/resource-policy': 'keep' };
    await installed('web', [
      { manifests: [text('web-text', { a: 'old', same: '1' }), text('web-gone', { x: '1' })] },
      {
        manifests: [
          text('web-text', { a: 'new', same: '1', added: '1' }),
          text('web-extra', {}),
          text('web-keep', {}, keep),
        ],
      },
    ]);
    await run('label cm web-text mine=1');
    const shown = await ok('helm rollback web 1 --preview');
    expect(shown).toContain('Revision 3 of web would be as revision 1 was');
    expect(shown).toContain('data.a: "new" -> "old"');
    expect(shown).toContain('configmap/web-gone in default created');
    expect(shown).toContain('configmap/web-extra in default pruned');
    expect(shown).toContain('configmap/web-keep kept');
    expect(await statuses('web')).toEqual(['1 superseded', '2 deployed']);

    const told = await ok('helm rollback web');
    expect(told).toContain('web is as revision 1 was; this is revision 3');
    expect(await statuses('web')).toEqual(['1 superseded', '2 superseded', '3 deployed']);
    const { data, metadata } = await json('get cm web-text');
    expect(data).toEqual({ a: 'old', same: '1' });
    // What somebody has added beside helm stays.
    expect(metadata.labels).toEqual({ mine: '1', 'app.kubernetes.io/managed-by': 'Helm' });
    expect((await json('get cm web-gone')).metadata.annotations).toMatchObject({ 'meta.helm.sh/release-name': 'web' });
    expect((await run('get cm web-extra')).code).toBe(1);
    expect((await run('get cm web-keep')).code).toBe(0);
    const made = await revision('web', 3);
    expect(made).toMatchObject({ version: 3, config: { revision: 1 }, chart: { values: { a: 1 } } });
    expect(made.info).toMatchObject({ description: 'Rollback to 1', first_deployed: '2026-01-01T00:00:00Z' });
    const { labels } = (await json('get secret sh.helm.release.v1.web.v3')).metadata;
    expect(labels).toMatchObject({ owner: 'helm', name: 'web', version: '3', status: 'deployed', team: 'shop' });
  });

  it('takes back with undo what it did, history and all', async () => {
    await installed('back', [
      { manifests: [text('back-text', { a: '1' })] },
      { manifests: [text('back-text', { a: '2' })] },
    ]);
    await ok('helm rollback back');
    expect((await json('get cm back-text')).data).toEqual({ a: '1' });
    await ok('undo --yes');
    expect((await json('get cm back-text')).data).toEqual({ a: '2' });
    expect(await statuses('back')).toEqual(['1 superseded', '2 deployed']);
  });

  it('applies by the server what helm 4 applied by the server, and keeps the way it was', async () => {
    const manifests = (a: string) => [text('four-text', { a })];
    await installed('four', [
      { manifests: manifests('1'), applyMethod: 'ssa' },
      { manifests: manifests('2'), applyMethod: 'ssa' },
    ]);
    const conflict = await run('helm rollback four');
    // The object was not made by helm's server-side apply: its field is somebody else's.
    expect(conflict.stderr).toMatch(/conflict[\s\S]*--force-conflicts/);
    expect(await statuses('four')).toEqual(['1 superseded', '2 superseded', '3 failed']);
    await ok('helm rollback four 1 --force-conflicts');
    const { metadata, data } = await json('get cm four-text --show-managed-fields');
    expect(data).toEqual({ a: '1' });
    expect(metadata.managedFields).toContainEqual(expect.objectContaining({ manager: 'helm', operation: 'Apply' }));
    expect((await revision('four', 4)).apply_method).toBe('ssa');
  });

  it('runs hooks by weight, waits for their jobs and deletes those that say so', async () => {
    const policies = { delete_policies: ['hook-succeeded'], output_log_policies: ['hook-succeeded'] };
    const hooks = [
      hook('second', ['pre-rollback'], 'echo two', { weight: 5, ...policies }),
      hook('first', ['pre-rollback'], 'echo one', { weight: -5 }),
      hook('other', ['post-upgrade'], 'exit 1'),
    ];
    const manifests = [text('hooked-text', {})];
    await installed('hooked', [{ manifests, hooks }, { manifests }]);
    const told = await ok('helm rollback hooked');
    expect(told.match(/hook job\/\S+ \w+/g)).toEqual([
      'hook job/first started',
      'hook job/first succeeded',
      'hook job/second started',
      'hook job/second succeeded',
    ]);
    expect(told).toContain('two\n');
    expect((await run('get job first')).code).toBe(0);
    expect((await run('get job second')).code).toBe(1);
    const { hooks: ran } = await revision('hooked', 3);
    expect(ran!.map(({ name, last_run }) => `${name} ${last_run?.phase}`)).toEqual([
      'second Succeeded',
      'first Succeeded',
      'other undefined',
    ]);
  });

  it('marks the revision as failed where a hook fails, changes nothing, and leaves the deployed one deployed', async () => {
    const hooks = [hook('broken', ['pre-rollback'], 'exit 3', { delete_policies: ['hook-failed'] })];
    await installed('poor', [
      { manifests: [text('poor-text', { a: '1' })], hooks },
      { manifests: [text('poor-text', { a: '2' })] },
    ]);
    const { code, stderr } = await run('helm rollback poor');
    expect(code).toBe(1);
    expect(stderr).toContain('pre-rollback hook broken failed: the job failed: BackoffLimitExceeded');
    expect(await statuses('poor')).toEqual(['1 superseded', '2 deployed', '3 failed']);
    expect((await json('get cm poor-text')).data).toEqual({ a: '2' });
    expect((await run('get job broken')).code).toBe(1);
    await ok('helm rollback poor 1 --no-hooks');
    expect((await json('get cm poor-text')).data).toEqual({ a: '1' });
  });

  it('refuses what is somebody else’s, revisions that are not kept, and names that are none', async () => {
    await installed('own', [
      { manifests: [text('theirs', {}), text('own-text', {})] },
      { manifests: [text('own-text', {})] },
    ]);
    await cluster.given({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs', namespace: 'default' } });
    const taken = await run('helm rollback own');
    expect(taken.stderr).toContain('configmap/theirs is there already, and it is of no release: nothing was changed');
    expect(await statuses('own')).toEqual(['1 superseded', '2 deployed']);
    expect((await run('helm rollback own 7')).stderr).toMatch(/has no revision 7[\s\S]*It has: 1, 2\./);
    expect((await run('helm rollback nobody')).stderr).toContain('there is no release "nobody" in namespace default');
    expect((await run(['helm', 'rollback', 'a,owner=x'])).stderr).toContain('is no name of a release');
  });

  it('forgets the oldest revisions beyond the limit', async () => {
    const manifests = [text('many-text', {})];
    await installed('many', [{ manifests }, { manifests }, { manifests }, { manifests }]);
    await ok('helm rollback many 4 --history-max=3');
    expect(await statuses('many')).toEqual(['3 superseded', '4 superseded', '5 deployed']);
  });
});

describe('helm uninstall', () => {
  it('deletes what users reach first, keeps what asks for it, and forgets the release', async () => {
    const keep = { 'helm.sh/resource-policy': 'keep' };
    const service = 'apiVersion: v1\nkind: Service\nmetadata: {name: bye}\nspec: {ports: [{port: 80}]}\n';
    const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: bye}\n';
    const hooks = [hook('farewell', ['post-delete'], 'echo bye', { delete_policies: ['hook-succeeded'] })];
    const manifests = [account, text('bye-text', {}), text('bye-keep', {}, keep), service];
    await installed('bye', [{ manifests: [text('bye-text', {})] }, { manifests, hooks }]);
    const shown = await ok('helm uninstall bye --preview');
    expect(shown).toContain('post-delete hooks that would run: job/farewell');
    expect(shown).toContain('3 objects would go');
    const told = await ok('helm uninstall bye --wait');
    expect(told.match(/^\S+ deleted/gm)).toEqual([
      'service/bye deleted',
      'configmap/bye-text deleted',
      'serviceaccount/bye deleted',
    ]);
    expect(told).toContain('post-delete hook job/farewell succeeded');
    expect((await run('get cm bye-keep')).code).toBe(0);
    expect((await run('helm history bye')).code).toBe(1);
    expect((await run('helm uninstall bye')).code).toBe(1);
    expect((await run('helm uninstall bye --ignore-not-found')).code).toBe(0);
  });

  it('can keep the history, and a rollback brings the release back', async () => {
    await installed('kept', [{ manifests: [text('kept-text', { a: '1' })] }]);
    await ok('helm uninstall kept --keep-history');
    expect(await statuses('kept')).toEqual(['1 uninstalled']);
    expect((await run('helm uninstall kept --keep-history')).stderr).toContain('is uninstalled already');
    await ok('helm rollback kept 1');
    expect((await json('get cm kept-text')).data).toEqual({ a: '1' });
    expect(await statuses('kept')).toEqual(['1 uninstalled', '2 deployed']);
  });

  it('asks for the name of a protected context', async () => {
    await installed('safe', [{ manifests: [text('safe-text', {})] }]);
    const context = (await ok('config current-context')).trim();
    await ok(`config protect ${context}`);
    const refused = await run('helm uninstall safe');
    expect(refused.stderr).toContain('is protected');
    expect((await run('helm uninstall safe --preview')).code).toBe(0);
    expect((await run(`helm uninstall safe --confirm-context=${context}`)).code).toBe(0);
    await ok(`config unprotect ${context}`);
  });
});

it('lists releases as tables, as names and for programs', async () => {
  await installed('listed', [{ manifests: [] }, { manifests: [] }]);
  const table = await ok('helm ls -A');
  expect(table).toMatch(/^NAME +NAMESPACE +REVISION +UPDATED +STATUS +CHART +APP VERSION$/m);
  expect(table).toMatch(/^listed +default +2 +2026-01-02 00:00:00 +deployed +greeter-1\.0\.0 +2\.0$/m);
  expect((await ok('helm list -o name')).split('\n')).toContain('listed');
  expect((await run('helm ls -n kube-system')).stderr).toBe('No releases found in kube-system namespace.\n');
  expect((await run('helm ls -o wide')).stderr).toContain('--output accepts only table, json, yaml, name');
});
