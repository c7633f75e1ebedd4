import type { KubeObject } from '../../api/meta.ts';
import { goSort } from '../../lib/go-sort.ts';
import { writeContainers } from './containers.ts';
import { writeAnnotations, writeMap } from './maps.ts';
import type { DescribeText } from './text.ts';
import { selectorOrNone } from './values.ts';
import { writeVolumes } from './volumes.ts';

interface Toleration {
  key?: string;
  value?: string;
  effect?: string;
  operator?: string;
  tolerationSeconds?: number;
}

interface SpreadConstraint {
  topologyKey: string;
  maxSkew: number;
  whenUnsatisfiable: string;
  labelSelector?: object;
}

interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec?: KubeObject['spec'];
}

/** The `Pod Template:` section of workloads. */
export function writePodTemplate(out: DescribeText, template: PodTemplate | undefined): void {
  out.line(0, 'Pod Template:');
  if (!template) {
    out.print(1, '<unset>');
    return;
  }
  const indent = '  ';
  const spec = template.spec ?? {};
  writeMap(out, 'Labels', template.metadata?.labels, indent);
  if (Object.keys(template.metadata?.annotations ?? {}).length > 0) {
    writeAnnotations(out, template.metadata?.annotations, indent);
  }
  if (spec.serviceAccountName) out.field(1, 'Service Account', spec.serviceAccountName);
  const resolveField = () => '';
  if (spec.initContainers?.length > 0) {
    writeContainers(out, { title: 'Init Containers', containers: spec.initContainers, indent, resolveField });
  }
  writeContainers(out, { title: 'Containers', containers: spec.containers ?? [], indent, resolveField });
  writeVolumes(out, spec.volumes ?? [], indent);
  writeSpreadConstraints(out, spec.topologySpreadConstraints ?? [], indent);
  if (spec.priorityClassName) out.field(1, 'Priority Class Name', spec.priorityClassName);
  writeMap(out, 'Node-Selectors', spec.nodeSelector, indent);
  writeTolerations(out, spec.tolerations ?? [], indent);
}

export function writeTolerations(out: DescribeText, tolerations: readonly Toleration[], indent = ''): void {
  const sorted = goSort(tolerations, (a, b) => (a.key ?? '') < (b.key ?? ''));
  out.list('Tolerations', sorted.map(tolerationText), indent);
}

function tolerationText({ key = '', value, effect, operator, tolerationSeconds }: Toleration): string {
  const subject = `${key}${value ? `=${value}` : ''}${effect ? `:${effect}` : ''}`;
  const exists = operator === 'Exists' && !value ? (key || effect ? ' op=Exists' : 'op=Exists') : '';
  return `${subject}${exists}${tolerationSeconds !== undefined ? ` for ${tolerationSeconds}s` : ''}`;
}

export function writeSpreadConstraints(out: DescribeText, constraints: readonly SpreadConstraint[], indent = ''): void {
  if (constraints.length === 0) return;
  const sorted = goSort(constraints, (a, b) => a.topologyKey < b.topologyKey);
  const lines = sorted.map(({ topologyKey, whenUnsatisfiable, maxSkew, labelSelector }) => {
    const selector = labelSelector ? ` for selector ${selectorOrNone(labelSelector)}` : '';
    return `${topologyKey}:${whenUnsatisfiable} when max skew ${maxSkew} is exceeded${selector}`;
  });
  out.list('Topology Spread Constraints', lines, indent);
}
