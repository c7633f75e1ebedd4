/** A view, what is typed to get there (lines behind a colon, else keys), and what has to be on a wide screen. */
interface ScreenCase {
  /** As `nameOf` has it. */
  view: string;
  /** An expression among them is waited for. */
  keys: readonly (string | RegExp)[];
  holds: RegExp;
}

const pods = ':pods default /postgres';

/** One case for each view of the dashboard; a test names those that are missing. */
export const cases: readonly ScreenCase[] = [
  { view: 'table/pods', keys: [':pods default'], holds: /postgres-0\^\[.* 1\/1 +Running/ },
  { view: 'table/containers.kctl.dev', keys: [pods, 'enter'], holds: /main +true +Running/ },
  { view: 'table/contexts.kctl.dev', keys: [':ctx'], holds: /test +\*/ },
  { view: 'table/aliases.kctl.dev', keys: [':aliases'], holds: /configmaps +ConfigMap +cm/ },
  { view: 'table/budget.kctl.dev', keys: [':budget'], holds: /namespaces +list|pods +watch/ },
  { view: 'table/files.kctl.dev', keys: [':dir {folder}'], holds: /web\.yaml +ConfigMap/ },
  { view: 'table/journal.kctl.dev', keys: [':journal'], holds: /No journal|journal\[\d/ },
  { view: 'table/uses.kctl.dev', keys: [':cm default /shop-config', 'u'], holds: /api/ },
  { view: 'table/rules.kctl.dev', keys: [':clusterroles /^view$', 'enter'], holds: /configmaps/ },
  { view: 'table/backends.kctl.dev', keys: [':ing default', 'enter'], holds: /shop\.example\.com/ },
  { view: 'table/access.kctl.dev', keys: [':can u:system:kube-scheduler'], holds: /pods.* yes/ },
  { view: 'table/capacity.kctl.dev', keys: [':capacity'], holds: /kctl-\S+ +Ready +\d+%/ },
  { view: 'table/node-load.kctl.dev', keys: [':capacity', 'enter'], holds: /postgres-0|coredns/ },
  { view: 'table/claim-use.kctl.dev', keys: [':claim-use all'], holds: /data-postgres-0/ },
  { view: 'table/certs.kctl.dev', keys: [':certs all'], holds: /No certs/ },
  { view: 'table/event-groups.kctl.dev', keys: [':event-groups default'], holds: /Warning +\S+ +\d+/ },
  { view: 'table/finds.kctl.dev', keys: [':find postgres'], holds: /statefulsets\.apps +postgres/ },
  { view: 'table/helm.kctl.dev', keys: [':helm shop'], holds: /hello.* +2 +deployed/ },
  { view: 'table/helm-history.kctl.dev', keys: [':helm shop', 'enter'], holds: /superseded/ },
  { view: 'table/images.kctl.dev', keys: [':images default'], holds: /postgres:17.*MB/ },
  { view: 'table/namespace-load.kctl.dev', keys: [':namespace-load'], holds: /kube-system +\d+/ },
  {
    view: 'table/portforwards.kctl.dev',
    keys: [':pf redis@default'],
    holds: /service\/redis.* Active/,
  },
  { view: 'table/quota-board.kctl.dev', keys: [':quotas all'], holds: /No quota-board/ },
  { view: 'table/rollouts.kctl.dev', keys: [':rollouts'], holds: /rollouts\(all\)/ },
  { view: 'table/groups.kctl.dev', keys: [':groups'], holds: /system:masters +\d/ },
  { view: 'table/users.kctl.dev', keys: [':users'], holds: /system:kube-scheduler +\d/ },
  { view: 'table/who-can.kctl.dev', keys: [':who-can delete pods'], holds: /system:masters/ },
  { view: 'table/workloads.kctl.dev', keys: [':workloads default'], holds: /sts +postgres/ },
  { view: 'document/describe', keys: [pods, 'd'], holds: /Namespace: +default/ },
  { view: 'document/yaml', keys: [pods, 'y'], holds: /kind: Pod/ },
  { view: 'document/diff', keys: [':deploy default', 'shift-d'], holds: /compare|version|applied/ },
  { view: 'document/help', keys: [':pods default', '?'], holds: /Esc +Back/ },
  {
    view: 'document/image-file',
    keys: [':layers shop/tool:1', 'tab', /a-hello/, 'enter'],
    holds: /안녕 \^\[\[31mred\\x07/,
  },
  {
    view: 'document/image-file-diff',
    keys: [':layers shop/tool:1', 'tab', /a-hello/, ']', /~ +a-hello|(modified|변경됨) \S+ \/a-hello/, 'shift-d'],
    holds: /\+ again/,
  },
  { view: 'page/file-story', keys: [':layers shop/tool:1', 'tab', /a-hello/, 's'], holds: /layer 2 modified/ },
  { view: 'page/image-paths', keys: [':layers shop/tool:1', 'tab', /a-hello/, 'p'], holds: /\+1 ~2 +\/etc\/passwd/ },
  { view: 'page/layer-map', keys: [':layers'], holds: /image \S*postgres:17/ },
  {
    view: 'page/image-diff',
    keys: [':images default /postgres|redis', 'space', 'space', 'shift-d'],
    holds: /Layers +\d+ shared/,
  },
  { view: 'page/layers', keys: [pods, 'shift-i'], holds: /Layer 1/ },
  { view: 'page/rollout', keys: [':deploy default /^redis', 'shift-r'], holds: /revision \d+ \(new\)/ },
  { view: 'document/settings', keys: [':settings'], holds: /for all contexts/ },
  { view: 'document/command', keys: [':kctl get namespaces'], holds: /kube-system +Active/ },
  { view: 'document/explain', keys: [':explain pods.spec.nodeName', 'enter'], holds: /FIELD: nodeName/ },
  { view: 'document/file', keys: [':dir {folder}', 'g', 'j', 'enter'], holds: /kind: ConfigMap/ },
  { view: 'document/values', keys: [':helm shop', 'v'], holds: /greeting/ },
  { view: 'document/manifest', keys: [':helm shop', 'm'], holds: /hello-greeting/ },
  { view: 'document/notes', keys: [':helm shop', 'i'], holds: /안녕/ },
  { view: 'document/hooks', keys: [':helm shop', 'shift-h'], holds: /pre-upgrade/ },
  { view: 'logs', keys: [pods, 'l'], holds: /database system|checkpoint|LOG/ },
  { view: 'document/record', keys: [pods, 'l', /LOG/, 'enter'], holds: /postgres-0/ },
  { view: 'page/xray', keys: [':xray deploy default'], holds: /deployment \S*redis/ },
  { view: 'page/pulses', keys: [':pulses'], holds: /Pods/ },
  { view: 'page/explain', keys: [':explain pods.spec'], holds: /nodeName/ },
  { view: 'page/why', keys: [pods, 'shift-w'], holds: /postgres-0/ },
  { view: 'page/tree', keys: [pods, 'shift-y'], holds: /statefulset \S*postgres/i },
  { view: 'page/timeline', keys: [pods, 'shift-t'], holds: /became True|Scheduled/ },
  {
    view: 'page/benchmark',
    keys: [':svc default /^redis', 'b', /Benchmark service/, 'tab', 'tab', 'tab', 'tab', 'tab', 'enter'],
    holds: /GET/,
  },
];

/** What lies over a view and takes all keys. */
export const overlays: readonly Omit<ScreenCase, 'view'>[] = [
  { keys: [pods, 'ctrl-d'], holds: /Delete\?/ },
  { keys: [pods, 'ctrl-k'], holds: /Kill\?/ },
  { keys: [':deploy default /^redis', 's'], holds: /Replicas/ },
  { keys: [':svc default /^redis', 'shift-f'], holds: /Forward ports of/ },
  { keys: [':deploy default /^redis', 'i'], holds: /Set image/ },
  { keys: [':nodes', 'r'], holds: /Drain\?/ },
  { keys: [pods, 'alt-l'], holds: /Label/ },
  { keys: [pods, 'ctrl-p'], holds: /Do or go to/ },
  { keys: [pods, 'alt-c'], holds: /Columns/ },
  { keys: [':pods default', ':'], holds: /^ :/m },
];
