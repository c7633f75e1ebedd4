import { wildcard } from '../lib/name-patterns.ts';
import { choice, either, flag, list, map, object, type ReadOf, type Shape, text, whole } from './shape.ts';

const name = text('The name of a theme: :theme lists them.');

/** What protects is not lost by a slip: a value that cannot be read counts as the safe one. */
function safely<Value>(shape: Shape<Value>, safe: Value): Shape<Value> {
  return { ...shape, read: (raw, at, tell) => shape.read(raw, at, tell) ?? safe };
}

/** What can be set for one context as well as for all. */
const fields = {
  theme: either(
    name,
    object('A theme for each light of the terminal, which is asked for its background when the dashboard opens.', {
      dark: name,
      light: name,
    }),
    (raw) => typeof raw === 'string',
  ),
  language: choice('The language of the interface. Default: what KCTL_LANG or the locale says.', ['en', 'ko']),
  readOnly: safely(flag('Nothing that changes the cluster can be done.'), true),
  maxBulk: whole('How many objects one action may change. Default: as many as are marked.', 1, 1_000_000),
  killAsks: flag('Whether killing a pod asks first. Default: true.'),
  budget: object(
    'What the dashboard may ask of the API server in a minute; what nobody has asked for waits beyond it.',
    {
      requestsPerMinute: whole('Requests. Default: as many as it takes.', 1, 1_000_000),
      bytesPerMinute: whole('Bytes that come in. Default: as many as it takes.', 1000, 1_000_000_000_000),
    },
  ),
  deny: list(
    'What must not be done.',
    object('One thing that must not be done.', {
      action: text('An action, or a pattern with * and ?: delete, drain, scale. docs/keys.md has the names.'),
      namespace: text('Only in this namespace, or in those that a pattern finds. Default: everywhere.'),
      why: text('What is said to who tries.'),
    }),
  ),
  forwards: object('Port-forwards of the dashboard.', {
    atQuit: choice(
      'What becomes of them when the dashboard is quit: it asks, they end, or they go on in the background. Default: ask.',
      ['ask', 'end', 'background'],
    ),
    autostart: flag('Whether saved sets that are marked so begin with the dashboard. Default: true.'),
  }),
  header: flag('Whether the dashboard opens with its header. Default: true.'),
  crumbs: flag('Whether the trail of views stands over the last line. Default: true.'),
  mouse: flag('Whether the mouse selects, scrolls and presses. Default: true; false leaves it to the terminal.'),
  notify: choice(
    'How :notify and ends of rollouts are told to who looks elsewhere: the bell, or the bell and the notification of the desktop. Default: what the terminal is likely to know.',
    ['bell', 'osc9', 'osc777', 'off'],
  ),
  lineMode: flag('Views are read out line by line, for screen readers, as kctl ui --plain does. Default: false.'),
  metricsSeconds: whole(
    'Seconds between two looks at the figures of CPU and memory. Default: 15, which is how often most clusters have new ones; 30 for tables of more than 2,000 rows.',
    5,
    3600,
  ),
  logs: object('Logs.', {
    tail: whole('Lines of each container that logs begin with. Default: 1000.', 1, 1_000_000),
    keep: whole(
      'Lines that are kept of what a view of logs shows. Default: 200000, and 64 MiB at most.',
      100,
      5_000_000,
    ),
  }),
  start: text("What to show first, as typed after ':': `deploy shop /web`. Default: what was seen last."),
  keys: map(
    'Keys by action; they take the place of its usual ones. An empty list takes them away. docs/keys.md has the names.',
    list('Keys such as d, shift-d, ctrl-d, alt-d, f5, enter, pageup, space, /.', text('A key.')),
  ),
} as const;

export const dashboardShape = object('The dashboard.', {
  ...fields,
  contexts: map(
    'What is different in some contexts, by name or by a pattern with * and ?. Later ones win.',
    object('What is different there.', fields),
  ),
});

export type DashboardSettings = ReadOf<typeof dashboardShape>;
/** What holds in one context. */
export type ContextSettings = Omit<DashboardSettings, 'contexts'>;

/** The settings that hold in `context`: those for all, and over them those of each pattern that finds it, in order. */
export function settingsIn({ contexts = {}, ...all }: DashboardSettings, context: string): ContextSettings {
  let known: ContextSettings = all;
  for (const [pattern, own] of Object.entries(contexts)) {
    if (wildcard(pattern).test(context)) known = { ...known, ...own, keys: { ...known.keys, ...own.keys } };
  }
  return known;
}
