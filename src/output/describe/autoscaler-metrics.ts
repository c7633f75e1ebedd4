import type { KubeObject } from '../../api/meta.ts';
import { goQuoted } from '../../lib/go-value.ts';
import type { Section } from './layout.ts';
import { amountText } from './values.ts';

/** A target, or what is measured of it. */
interface Amount {
  type?: string;
  value?: string;
  averageValue?: string;
  averageUtilization?: number;
}

interface Source {
  metric?: { name: string };
  describedObject?: { kind: string; name: string };
  name?: string;
  container?: string;
  target?: Amount;
  current?: Amount;
}

interface Metric {
  type: string;
  [source: string]: Source | string | undefined;
}

/** What stands before and behind the tab of a metric's line. */
interface MetricLine {
  title: string;
  current: string | undefined;
  target: string;
}

const average = ({ averageValue }: Amount) => amountText(averageValue);
const plain = ({ value }: Amount) => amountText(value);

/** A resource counts as an amount, or as a share of what was requested. */
function resourceLine(subject: string, target: Amount, current: Amount | undefined): MetricLine {
  if (target.averageValue !== undefined) {
    return { title: `${subject}:`, current: current && average(current), target: average(target) };
  }
  const share = current?.averageUtilization;
  return {
    title: `${subject}  (as a percentage of request):`,
    current: current && share !== undefined ? `${share}% (${average(current)})` : undefined,
    target: target.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`,
  };
}

/** By the type of the metric; `current` is undefined where nothing is measured yet. */
const lines: Readonly<Record<string, (source: Source, target: Amount, current: Amount | undefined) => MetricLine>> = {
  External: ({ metric }, target, current) => {
    const quoted = goQuoted(metric?.name ?? '');
    if (target.averageValue === undefined) {
      return { title: `${quoted} (target value):`, current: current && plain(current), target: plain(target) };
    }
    const measured = current?.averageValue === undefined ? undefined : average(current);
    return { title: `${quoted} (target average value):`, current: measured, target: average(target) };
  },
  Pods: ({ metric }, target, current) => ({
    ...{ title: `${goQuoted(metric?.name ?? '')} on pods:`, current: current && average(current) },
    target: average(target),
  }),
  Object: ({ metric, describedObject }, target, current) => {
    const subject = `"${metric?.name ?? ''}" on ${describedObject?.kind ?? ''}/${describedObject?.name ?? ''}`;
    const [words, amount] =
      target.type === 'AverageValue'
        ? (['target average value', average] as const)
        : (['target value', plain] as const);
    return { title: `${subject} (${words}):`, current: current && amount(current), target: amount(target) };
  },
  Resource: ({ name }, target, current) => resourceLine(`resource ${name} on pods`, target, current),
  ContainerResource: ({ name, container }, target, current) =>
    resourceLine(`resource ${name} of container "${container}" on pods`, target, current),
};

/** The name of a metric's fields: `containerResource`. */
function fieldOf(type: string): string {
  return type.charAt(0).toLowerCase() + type.slice(1);
}

export const writeMetrics: Section = (out, { spec, status }: KubeObject) => {
  const metrics: Metric[] = spec?.metrics ?? [];
  const measured: (Metric | undefined)[] = status?.currentMetrics ?? [];
  out.field(0, 'Metrics', '( current / target )');
  for (const [index, metric] of metrics.entries()) {
    const write = Object.hasOwn(lines, metric.type) ? lines[metric.type] : undefined;
    const source = metric[fieldOf(metric.type)];
    if (!write || typeof source !== 'object') {
      out.line(1, `<unknown metric type ${goQuoted(metric.type)}>`);
      continue;
    }
    const current = measured[index]?.[fieldOf(metric.type)];
    const line = write(source, source.target ?? {}, typeof current === 'object' ? (current.current ?? {}) : undefined);
    out.line(1, `${line.title}\t${line.current ?? '<unknown>'} / ${line.target}`);
  }
};
