import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../src/api/meta.ts';
import { groupResource } from '../../src/api/resource.ts';
import { startEmulator } from '../../src/emulator/start.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import { loadArchive } from '../../src/oci/archive/load.ts';
import { openImageStore } from '../../src/oci/store/open-store.ts';
import { clusterServices } from '../../src/tui/cluster-services.ts';
import type { DashboardServices } from '../../src/tui/services.ts';
import { localTables } from '../../src/tui/views/local/registry.ts';
import type { View } from '../../src/tui/views/view.ts';
import { korean } from '../../src/tui/words/ko.ts';
import { imageConfig, type LayerSpec, ociLayout, sha, type TarFiles, tar } from '../oci/archives.ts';
import { ownProgram } from './own-program.ts';

/** A view, and what is typed to get there: lines that begin with a colon, keys by their names. */
interface KnownView {
  /** As `nameOf` has it. */
  view: string;
  /** An expression among them is waited for. */
  lines: readonly (string | RegExp)[];
  /** What has to be told there, in any language. */
  holds: RegExp;
}

const pods = ':pods default';

/** Every view that the dashboard has. A later one that is not among them fails a test. */
export const allViews: readonly KnownView[] = [
  { view: 'table/pods', lines: [pods], holds: /postgres-0/ },
  { view: 'table/containers.kctl.dev', lines: [':pods default /postgres', 'enter'], holds: /postgres:17/ },
  { view: 'table/contexts.kctl.dev', lines: [':ctx'], holds: /test/ },
  { view: 'table/aliases.kctl.dev', lines: [':aliases'], holds: /configmaps/ },
  { view: 'table/budget.kctl.dev', lines: [':budget'], holds: /namespaces list/ },
  { view: 'table/files.kctl.dev', lines: [':dir {folder}'], holds: /web\.yaml/ },
  { view: 'table/journal.kctl.dev', lines: [':journal'], holds: /\[\d|0|행|rows/ },
  { view: 'table/uses.kctl.dev', lines: [':cm default /shop-config', 'u'], holds: /api/ },
  { view: 'table/rules.kctl.dev', lines: [':clusterroles /^view$', 'enter'], holds: /configmaps/ },
  { view: 'table/backends.kctl.dev', lines: [':ing default', 'enter'], holds: /shop\.example\.com/ },
  { view: 'table/access.kctl.dev', lines: [':can u:system:kube-scheduler'], holds: /configmaps/ },
  { view: 'table/capacity.kctl.dev', lines: [':capacity'], holds: /kctl/ },
  { view: 'table/node-load.kctl.dev', lines: [':capacity', 'enter'], holds: /postgres-0|coredns/ },
  { view: 'table/claim-use.kctl.dev', lines: [':claim-use all'], holds: /claim-use|볼륨/ },
  { view: 'table/certs.kctl.dev', lines: [':certs all'], holds: /cert/ },
  { view: 'table/event-groups.kctl.dev', lines: [':event-groups default'], holds: /Normal|Warning/ },
  { view: 'table/finds.kctl.dev', lines: [':find postgres'], holds: /postgres/ },
  { view: 'table/helm.kctl.dev', lines: [':helm shop'], holds: /greeter-1\.4\.2/ },
  { view: 'table/helm-history.kctl.dev', lines: [':helm shop', 'enter'], holds: /superseded/ },
  { view: 'table/images.kctl.dev', lines: [':images default'], holds: /postgres:17/ },
  { view: 'table/namespace-load.kctl.dev', lines: [':namespace-load'], holds: /shop/ },
  { view: 'table/portforwards.kctl.dev', lines: [':pf redis@default'], holds: /service\/redis/ },
  { view: 'table/quota-board.kctl.dev', lines: [':quotas all'], holds: /quota/ },
  { view: 'table/rollouts.kctl.dev', lines: [':rollouts'], holds: /rollouts|롤아웃/ },
  { view: 'table/groups.kctl.dev', lines: [':groups'], holds: /system:masters/ },
  { view: 'table/users.kctl.dev', lines: [':users'], holds: /system:kube-scheduler/ },
  { view: 'table/who-can.kctl.dev', lines: [':who-can delete pods'], holds: /system:masters/ },
  { view: 'table/workloads.kctl.dev', lines: [':workloads default'], holds: /postgres/ },
  { view: 'document/describe', lines: [pods, 'd'], holds: /Namespace:? +default/ },
  { view: 'document/yaml', lines: [pods, 'y'], holds: /apiVersion: v1/ },
  { view: 'document/diff', lines: [':deploy default', 'shift-d'], holds: /./ },
  { view: 'document/help', lines: [pods, 'f1'], holds: /Ctrl-R F5/ },
  { view: 'page/layer-map', lines: [':layers'], holds: /postgres:17/ },
  {
    view: 'page/image-diff',
    lines: [':images default /postgres|redis', 'space', 'space', 'shift-d'],
    holds: /redis:7/,
  },
  { view: 'document/image-file', lines: [':layers shop/tool:1', 'tab', /a-hello/, 'enter'], holds: /안녕/ },
  {
    view: 'document/image-file-diff',
    lines: [':layers shop/tool:1', 'tab', /a-hello/, ']', /~ +a-hello|(modified|변경됨) \S+ \/a-hello/, 'shift-d'],
    holds: /again/,
  },
  { view: 'page/file-story', lines: [':layers shop/tool:1', 'tab', /a-hello/, 's'], holds: /adduser/ },
  { view: 'page/image-paths', lines: [':layers shop/tool:1', 'tab', /a-hello/, 'p'], holds: /\/etc\/passwd/ },
  { view: 'page/layers', lines: [':pods default /postgres', 'shift-i'], holds: /debian\.sh/ },
  { view: 'page/rollout', lines: [':deploy default', 'shift-r'], holds: /nginx|node|redis/ },
  { view: 'document/settings', lines: [':settings'], holds: /kctl/ },
  { view: 'document/command', lines: [':kctl get namespaces'], holds: /kube-system/ },
  { view: 'document/explain', lines: [':explain pods.spec', 'enter'], holds: /KIND:/ },
  { view: 'document/file', lines: [':dir {folder}', /web\.yaml/, '2', 'enter'], holds: /kind: ConfigMap/ },
  { view: 'document/values', lines: [':helm shop', 'v'], holds: /greeting/ },
  { view: 'document/manifest', lines: [':helm shop', 'm'], holds: /hello-greeting/ },
  { view: 'document/notes', lines: [':helm shop', 'i'], holds: /안녕/ },
  { view: 'document/hooks', lines: [':helm shop', 'shift-h'], holds: /pre-upgrade/ },
  { view: 'logs', lines: [':pods default /postgres', 'l'], holds: /./ },
  {
    view: 'document/record',
    lines: [':pods default /postgres', 'l', /LOG: /, 'enter'],
    holds: /# default\/postgres-0/,
  },
  { view: 'page/xray', lines: [':xray deploy default'], holds: /analytics/ },
  { view: 'page/pulses', lines: [':pulses'], holds: /(?:Pods|파드): / },
  { view: 'page/explain', lines: [':explain pods.spec'], holds: /containers/ },
  { view: 'page/why', lines: [':pods default /postgres', 'shift-w'], holds: /postgres-0/ },
  { view: 'page/tree', lines: [':pods default /postgres', 'shift-y'], holds: /postgres-0/ },
  { view: 'page/timeline', lines: [':pods default /postgres', 'shift-t'], holds: /postgres-0/ },
  { view: 'page/benchmark', lines: [':svc default /^redis', 'b', ...Array<string>(4).fill(''), 'yes'], holds: /GET/ },
];

/** Views that only a program of somebody else leads to: an editor, a plugin. Tests of their own look at them. */
const elsewhere: ReadonlySet<string> = new Set(['document/edit', 'document/output']);

export function nameOf(view: View): string {
  if (view.type === 'table') return `table/${groupResource(view.resource)}`;
  if (view.type === 'document') return `document/${view.content}`;
  return view.type === 'page' ? `page/${view.page}` : view.type;
}

/** Every view that the source knows, by `nameOf`. */
export function viewsInSource(): string[] {
  const root = join(import.meta.dirname, '..', '..', 'src', 'tui');
  const found = new Set(['table/pods', 'logs', ...[...localTables.keys()].map((name) => `table/${name}`)]);
  for (const file of readdirSync(root, { recursive: true }) as string[]) {
    if (!/\.tsx?$/.test(file) || file.startsWith('words')) continue;
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, kind, name] of text.matchAll(/\b(content|page): '([\w-]+)'/g)) {
      found.add(`${kind === 'content' ? 'document' : 'page'}/${name}`);
    }
  }
  return [...found].filter((name) => !elsewhere.has(name)).sort();
}

/** Phrases of English that have their Korean: none of them is said to who reads Korean. */
export const englishPhrases: readonly string[] = Object.keys(korean)
  .flatMap((text) => text.split(/\{\w+\}/))
  .map((part) => part.trim())
  .filter((part) => /\p{L}{2,} (?:\S+ )*\p{L}{2,}/u.test(part) && !/^[\w-]+ [\w-]+$/.test(part));

export interface ViewsCluster {
  /** With manifests, for tables of files. */
  folder: string;
  services(): Promise<DashboardServices>;
  stop(): Promise<void>;
}

/** An image in this user's store whose files mean no good. */
async function putImage(home: string): Promise<void> {
  const evil = 'a\u001b[41;5mR\u001b]0;pwned\u0007\u202egnp.결제🚀\nnewline';
  const layers: LayerSpec[] = [];
  for (const files of [
    { 'a-hello.txt': `안녕 \u001b[31mred\u0007 ${evil}\n`, 'etc/': null, 'etc/passwd': 'root\n' },
    { 'etc/passwd': 'root\nweb\n', [`etc/${evil}`]: 'x', 'a-hello.txt': 'again\n' },
  ] satisfies TarFiles[]) {
    const data = await tar(files);
    layers.push({ data, diffId: sha(data) });
  }
  const config = imageConfig(layers, [{ created_by: `ADD ${evil} /` }, { created_by: 'RUN adduser app' }]);
  const file = join(home, 'tool.tar');
  writeFileSync(file, await tar(ociLayout([{ config, layers }], 'shop/tool:1')));
  const store = openImageStore(join(home, 'images'));
  try {
    await loadArchive(store, file, ['docker.io/shop/tool:1']);
  } finally {
    store.close();
  }
}

/** A bundled cluster in which each view has something to show. */
export async function viewsCluster(): Promise<ViewsCluster> {
  const emulator = await startEmulator({ dataDir: ':memory:', port: 0, nodes: 1, seed: 'demo', name: 'test' });
  const home = mkdtempSync(join(tmpdir(), 'kctl-views-'));
  const folder = join(home, 'manifests');
  mkdirSync(folder);
  const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n';
  writeFileSync(join(folder, 'web.yaml'), manifest);
  writeFileSync(join(home, 'config'), emulator.adminKubeconfig, { mode: 0o600 });
  const releases = new URL('../fixtures/helm/hello.json', import.meta.url);
  await putImage(home);
  await emulator.client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  for (const secret of JSON.parse(readFileSync(releases, 'utf8')) as KubeObject[]) {
    await emulator.client.create('secrets', secret);
  }
  const env = { KUBECONFIG: join(home, 'config'), HOME: home, KCTL_HOME: home, KUBECACHEDIR: join(home, 'cache') };
  const options = { env, cwd: home };
  return {
    folder,
    services: async () => clusterServices(await openCluster(options), options, ownProgram),
    async stop() {
      await emulator.stop();
      rmSync(home, { recursive: true });
    },
  };
}
