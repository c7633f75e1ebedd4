import type { ShownFault } from '../../api/control/faults.ts';
import { formatGoDuration } from '../../lib/duration.ts';

const list = (value: unknown): string => (value as string[]).join(', ');
const time = (value: unknown): string => formatGoDuration(value as number);

/** What each kind does, in a few words. */
const does: Readonly<Record<string, (fault: ShownFault) => string>> = {
  slow: ({ delayMs, jitterMs }) => `wait ${time(delayMs)}${jitterMs ? ` ± ${time(jitterMs)}` : ''}`,
  status: ({ code, retryAfterSeconds }) =>
    `answer ${code}${retryAfterSeconds === undefined ? '' : `, Retry-After ${retryAfterSeconds}`}`,
  reset: () => 'cut the connection',
  'watch-drop': ({ cut }) => (cut ? 'cut watches' : 'end watches'),
  gone: () => 'forget the past: 410',
  pull: ({ images, error, factor }) => `${list(images)}: ${error}${factor === undefined ? '' : ` ×${factor}`}`,
  crash: ({ target, container, oom, exitCode }) => {
    const { resource, namespace, name } = target!;
    const which = container === undefined ? '' : ` -c ${container}`;
    return `${resource}/${name} -n ${namespace}${which}: ${oom ? 'OOMKilled' : `exit code ${exitCode ?? 1}`}`;
  },
  partition: ({ nodes }) => `cut off ${list(nodes)}`,
};

const narrowed: readonly (readonly [field: keyof ShownFault, say: (value: unknown) => string])[] = [
  ['verbs', list],
  ['resources', list],
  ['namespaces', (value) => `in ${list(value)}`],
  ['objects', (value) => `named ${list(value)}`],
  ['users', (value) => `by ${list(value)}`],
  ['agents', (value) => `from ${list(value)}`],
  ['share', (value) => `${Number(((value as number) * 100).toFixed(3))}% of them`],
  ['count', (value) => `${value} times`],
  ['everyMs', (value) => `every ${time(value)}`],
];

/** One line: `answer 429: list, pods, in default, 20% of them`. */
export function faultWords(fault: ShownFault): string {
  const what = (does[fault.kind] ?? (() => fault.kind))(fault);
  const nodes = fault.kind === 'pull' && fault.nodes ? [`on ${list(fault.nodes)}`] : [];
  const which = [
    ...narrowed.flatMap(([field, say]) => (fault[field] === undefined ? [] : [say(fault[field])])),
    ...nodes,
  ];
  return which.length > 0 ? `${what} (${which.join('; ')})` : what;
}
