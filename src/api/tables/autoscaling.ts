import type { KubeObject } from '../meta.ts';
import { age, NONE, printer, type TablePrinter, UNKNOWN, UNSET } from './define.ts';

const horizontalPodAutoscalers = printer(
  'Name | Reference | Targets | MinPods | MaxPods | Replicas | Age',
  (o, now) => [
    o.metadata.name,
    `${o.spec?.scaleTargetRef?.kind ?? ''}/${o.spec?.scaleTargetRef?.name ?? ''}`,
    autoscalerTargets(o),
    o.spec?.minReplicas !== undefined ? String(o.spec.minReplicas) : UNSET,
    o.spec?.maxReplicas ?? 0,
    o.status?.currentReplicas ?? 0,
    age(o, now),
  ],
);

interface MetricTarget {
  type?: string;
  value?: string;
  averageValue?: string;
  averageUtilization?: number;
}
type MetricValue = Omit<MetricTarget, 'type'>;
interface MetricSource {
  name?: string;
  target?: MetricTarget;
  current?: MetricValue;
}
type SourceField = 'external' | 'pods' | 'object' | 'resource' | 'containerResource';
type MetricSpec = { type: string } & Partial<Record<SourceField, MetricSource>>;

const fieldOf: Readonly<Record<string, SourceField>> = {
  External: 'external',
  Pods: 'pods',
  Object: 'object',
  Resource: 'resource',
  ContainerResource: 'containerResource',
};

/** `cpu: 10%/80%, 3/5 (avg)`: at most two metrics, then how many more. */
function autoscalerTargets(hpa: KubeObject): string {
  const metrics: MetricSpec[] = hpa.spec?.metrics ?? legacyMetrics(hpa);
  const current: MetricSpec[] = hpa.status?.currentMetrics ?? legacyCurrent(hpa);
  if (metrics.length === 0) return NONE;
  const texts = metrics.map((metric, index) => metricText(metric, current[index]));
  const shown = texts.slice(0, 2).join(', ');
  return texts.length > 2 ? `${shown} + ${texts.length - 2} more...` : shown;
}

function metricText(metric: MetricSpec, status: MetricSpec | undefined): string {
  const field = fieldOf[metric.type];
  if (!field) return '<unknown type>';
  const target: MetricTarget = metric[field]?.target ?? {};
  const current: MetricValue = status?.[field]?.current ?? {};
  if (metric.type === 'Resource' || metric.type === 'ContainerResource') {
    return `${metric[field]?.name}: ${resourcePair(target, current)}`;
  }
  if (target.averageValue !== undefined) {
    const suffix = metric.type === 'Pods' ? '' : ' (avg)';
    return `${current.averageValue ?? UNKNOWN}/${target.averageValue}${suffix}`;
  }
  return `${current.value ?? UNKNOWN}/${target.value ?? ''}`;
}

function resourcePair(target: MetricTarget, current: MetricValue): string {
  if (target.averageValue !== undefined) return `${current.averageValue ?? UNKNOWN}/${target.averageValue}`;
  const percent = (value: number | undefined, absent: string) => (value === undefined ? absent : `${value}%`);
  return `${percent(current.averageUtilization, UNKNOWN)}/${percent(target.averageUtilization, '<auto>')}`;
}

/** autoscaling/v1 knows one metric, with names of its own. */
function legacyMetrics(hpa: KubeObject): MetricSpec[] {
  const percentage = hpa.spec?.targetCPUUtilizationPercentage;
  if (percentage === undefined) return [];
  return [{ type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: percentage } } }];
}

function legacyCurrent(hpa: KubeObject): MetricSpec[] {
  const percentage: number | undefined = hpa.status?.currentCPUUtilizationPercentage;
  return [
    {
      type: 'Resource',
      resource: { name: 'cpu', current: percentage === undefined ? {} : { averageUtilization: percentage } },
    },
  ];
}

export const autoscalingTables: Readonly<Record<string, TablePrinter>> = {
  'horizontalpodautoscalers.autoscaling': horizontalPodAutoscalers,
};
