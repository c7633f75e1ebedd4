import type { KubeObject } from '../../api/meta.ts';
import { selectorText } from '../../api/tables/apps.ts';
import { writeContainers } from './containers.ts';
import { type DescribeText, writeAnnotations, writeMap } from './text.ts';
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
    out.line(1, '<unset>');
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

/** Lines under one title: `first` on the title's own line. */
function writeLines(out: DescribeText, title: string, lines: readonly string[], indent: string): void {
  for (const [index, line] of lines.entries()) out.line(0, `${indent}${index === 0 ? `${title}:` : ''}\t${line}`);
}

export function writeTolerations(out: DescribeText, tolerations: readonly Toleration[], indent = ''): void {
  const sorted = tolerations.toSorted((a, b) => ((a.key ?? '') < (b.key ?? '') ? -1 : 1));
  writeLines(out, 'Tolerations', sorted.length > 0 ? sorted.map(tolerationText) : ['<none>'], indent);
}

function tolerationText({ key = '', value, effect, operator, tolerationSeconds }: Toleration): string {
  const subject = `${key}${value ? `=${value}` : ''}${effect ? `:${effect}` : ''}`;
  const exists = operator === 'Exists' && !value ? (subject ? ' op=Exists' : 'op=Exists') : '';
  return `${subject}${exists}${tolerationSeconds !== undefined ? ` for ${tolerationSeconds}s` : ''}`;
}

export function writeSpreadConstraints(out: DescribeText, constraints: readonly SpreadConstraint[], indent = ''): void {
  const lines = constraints
    .toSorted((a, b) => (a.topologyKey < b.topologyKey ? -1 : 1))
    .map(({ topologyKey, whenUnsatisfiable, maxSkew, labelSelector }) => {
      const selector = labelSelector ? ` for selector ${selectorText(labelSelector)}` : '';
      return `${topologyKey}:${whenUnsatisfiable} when max skew ${maxSkew} is exceeded${selector}`;
    });
  writeLines(out, 'Topology Spread Constraints', lines, indent);
}
