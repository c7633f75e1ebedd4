import type { LabelSelectorObject } from '../../lib/label-selector.ts';
import { annotations, labels, layout, name, namespace } from './layout.ts';
import { type DescribeText, NONE } from './text.ts';
import { plainTimeText } from './time.ts';
import { selectorOrNone } from './values.ts';

interface Peer {
  podSelector?: LabelSelectorObject;
  namespaceSelector?: LabelSelectorObject;
  ipBlock?: { cidr: string; except?: string[] };
}

interface Rule {
  ports?: { protocol?: string; port?: number | string; endPort?: number }[];
  from?: Peer[];
  to?: Peer[];
}

/** The two directions of traffic, and what a rule calls the other end. */
const DIRECTIONS = [
  { type: 'Ingress', word: 'ingress', peers: 'from', title: 'From', other: 'source' },
  { type: 'Egress', word: 'egress', peers: 'to', title: 'To', other: 'destination' },
] as const;

const INDENT = '    ';

export const describeNetworkPolicy = layout(
  name,
  namespace,
  ['Created on', ({ metadata }) => plainTimeText(metadata.creationTimestamp)],
  labels,
  annotations,
  (out, { spec }) => {
    const types: string[] = spec?.policyTypes ?? [];
    const selector = selectorOrNone(spec?.podSelector);
    out.line(0, 'Spec:');
    const chosen =
      selector === NONE ? `${NONE} (Allowing the specific traffic to all pods in this namespace)` : selector;
    out.line(1, `PodSelector:     ${chosen}`);
    for (const direction of DIRECTIONS) {
      const isMeant = types.includes(direction.type);
      out.line(1, isMeant ? `Allowing ${direction.word} traffic:` : `Not affecting ${direction.word} traffic`);
      if (isMeant) writeRules(out, spec?.[direction.word] ?? [], direction);
    }
    out.line(1, `Policy Types: ${types.join(', ') || NONE}`);
  },
);

function writeRules(out: DescribeText, rules: readonly Rule[], direction: (typeof DIRECTIONS)[number]): void {
  const { word, peers, title, other } = direction;
  if (rules.length === 0) {
    out.line(0, `${INDENT}${NONE} (Selected pods are isolated for ${word} connectivity)`);
  }
  for (const [index, rule] of rules.entries()) {
    if (index > 0) out.line(0, `${INDENT}----------`);
    writePorts(out, rule.ports ?? []);
    const ends = rule[peers] ?? [];
    if (ends.length === 0) out.line(0, `${INDENT}${title}: <any> (traffic not restricted by ${other})`);
    for (const end of ends) {
      out.line(0, `${INDENT}${title}:`);
      writePeer(out, end);
    }
  }
}

function writePorts(out: DescribeText, ports: NonNullable<Rule['ports']>): void {
  if (ports.length === 0) out.line(0, `${INDENT}To Port: <any> (traffic allowed to all ports)`);
  for (const { protocol = 'TCP', port = '<nil>', endPort } of ports) {
    out.line(
      0,
      endPort === undefined
        ? `${INDENT}To Port: ${port}/${protocol}`
        : `${INDENT}To Port Range: ${port}-${endPort}/${protocol}`,
    );
  }
}

function writePeer(out: DescribeText, { podSelector, namespaceSelector, ipBlock }: Peer): void {
  if (namespaceSelector) out.line(1, `${INDENT}NamespaceSelector: ${selectorOrNone(namespaceSelector)}`);
  if (podSelector) out.line(1, `${INDENT}PodSelector: ${selectorOrNone(podSelector)}`);
  if (podSelector || namespaceSelector || !ipBlock) return;
  out.line(1, `${INDENT}IPBlock:`);
  out.line(2, `${INDENT}CIDR: ${ipBlock.cidr}`);
  out.line(2, `${INDENT}Except: ${(ipBlock.except ?? []).join(', ')}`);
}
