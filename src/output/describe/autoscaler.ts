import type { KubeObject } from '../../api/meta.ts';
import { writeMetrics } from './autoscaler-metrics.ts';
import { annotations, created, events, labels, layout, name, namespace, type Row, type Section } from './layout.ts';
import type { DescribeText } from './text.ts';
import { orUnset } from './values.ts';

const reference: Row = [
  'Reference',
  ({ spec }) => `${spec?.scaleTargetRef?.kind ?? ''}/${spec?.scaleTargetRef?.name ?? ''}`,
];
const minReplicas: Row = ['Min replicas', ({ spec }) => orUnset(spec?.minReplicas)];
const maxReplicas: Row = ['Max replicas', ({ spec }) => spec?.maxReplicas ?? 0];

const pods: Section = (out, { spec, status }) => {
  const counts = `${status?.currentReplicas ?? 0} current / ${status?.desiredReplicas ?? 0} desired`;
  out.field(0, `${spec?.scaleTargetRef?.kind ?? ''} pods`, counts);
};

interface Rules {
  stabilizationWindowSeconds?: number;
  selectPolicy?: string;
  policies?: { type: string; value: number; periodSeconds: number }[];
}

const behavior: Section = (out, { spec }) => {
  if (!spec?.behavior) return;
  out.line(0, 'Behavior:');
  writeRules(out, 'Scale Up', spec.behavior.scaleUp);
  writeRules(out, 'Scale Down', spec.behavior.scaleDown);
};

function writeRules(out: DescribeText, title: string, rules: Rules | undefined): void {
  if (!rules) return;
  const { stabilizationWindowSeconds, selectPolicy = 'Max', policies = [] } = rules;
  out.line(1, `${title}:`);
  if (stabilizationWindowSeconds !== undefined) {
    out.line(2, `Stabilization Window: ${stabilizationWindowSeconds} seconds`);
  }
  if (policies.length === 0) return;
  out.line(2, `Select Policy: ${selectPolicy}`);
  out.line(2, 'Policies:');
  for (const { type, value, periodSeconds } of policies) {
    out.line(3, `- Type: ${type}\tValue: ${value}\tPeriod: ${periodSeconds} seconds`);
  }
}

const conditions: Section = (out, { status }) => {
  const list: Record<string, string | undefined>[] = status?.conditions ?? [];
  if (list.length === 0) return;
  out.line(0, 'Conditions:');
  out.columns(1, ['Type', 'Status', 'Reason', 'Message']);
  for (const condition of list) {
    const { type, status: met, reason = '', message = '' } = condition;
    out.line(1, `${type}\t${met}\t${reason}\t${message}`);
  }
};

const describeV2 = layout(
  name,
  namespace,
  labels,
  annotations,
  created,
  reference,
  writeMetrics,
  minReplicas,
  maxReplicas,
  behavior,
  pods,
  conditions,
  events,
);

/** For servers that have nothing newer. */
const describeV1 = layout(
  name,
  namespace,
  labels,
  annotations,
  created,
  reference,
  (out, { spec, status }) => {
    if (spec?.targetCPUUtilizationPercentage === undefined) return;
    out.field(0, 'Target CPU utilization', `${spec.targetCPUUtilizationPercentage}%`);
    out.field(0, 'Current CPU utilization', `${status?.currentCPUUtilizationPercentage ?? '<unknown>'}%`);
  },
  minReplicas,
  maxReplicas,
  pods,
  events,
);

const NEWEST = 'horizontalpodautoscalers.v2.autoscaling';

/** Described as v2, whatever version was asked for; v1 cannot say everything. */
export const describeHorizontalPodAutoscaler: typeof describeV2 = async (autoscaler, context) => {
  if (context.resource.version !== 'v1') return describeV2(autoscaler, context);
  const newest = await inVersion2(autoscaler, context.fetch);
  return newest ? describeV2(newest, context) : describeV1(autoscaler, context);
};

async function inVersion2(
  { metadata }: KubeObject,
  fetch: Parameters<Section>[2]['fetch'],
): Promise<KubeObject | undefined> {
  return fetch.get(NEWEST, metadata.namespace ?? '', metadata.name ?? '').catch(() => undefined);
}
