import { say } from '../../words/say.ts';
import type { Evidence } from './evidence.ts';
import { namedObject } from './evidence.ts';

/** What `why -o json` answers, as far as it is shown. */
export interface WhyReport {
  /** `pod shop/web-1` */
  subject: string;
  /** The pod that was looked at, where that is another object. */
  pod?: string;
  status?: string;
  facts: readonly { level: Evidence['level']; text: string; next?: string; guess?: boolean }[];
  scheduling?: {
    isPending: boolean;
    said?: string;
    nodes?: readonly { node: string; fits: boolean; verdict: string; details: readonly string[] }[];
  };
  missing?: readonly string[];
}

/** Nodes that are told one by one. */
const toldNodes = 8;

/** @throws what `JSON.parse` throws for an answer of another sort */
export function parseReport(text: string): WhyReport {
  return JSON.parse(text) as WhyReport;
}

/** That something could not be looked at. */
export function unreadableText(kinds: ReadonlySet<string>): string {
  return say('not readable for you, so this may be wrong: {kinds}', { kinds: [...kinds].join(', ') });
}

/** The name in `pod shop/web-1`. */
function podName(text: string): string {
  return text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf(' ')) + 1);
}

/** A report as links of a chain: from the object to its pod, and from there to what the pod waits for. */
export function reportEvidence(report: WhyReport): Evidence[] {
  const { pod, status, facts, scheduling, missing = [] } = report;
  const podRef = pod ? { kind: 'pods', name: podName(pod) } : undefined;
  const isBad = facts.some(({ level }) => level === 'bad') || scheduling?.isPending;
  const link: Evidence[] = pod
    ? [
        {
          level: isBad ? 'bad' : 'ok',
          text: `${say('as its {pod} shows', { pod })}${status ? `: ${status}` : ''}`,
          ref: podRef!,
        },
      ]
    : status
      ? [{ level: isBad ? 'bad' : 'ok', text: say('it is {status}', { status }) }]
      : [];
  const told = facts.map((fact): Evidence => {
    const ref = namedObject(fact.text) ?? podRef;
    return { ...fact, depth: 1, ...(ref && { ref }) };
  });
  const { isPending = false, said, nodes = [] } = scheduling ?? {};
  const refused = isPending ? nodes.filter(({ fits }) => !fits) : [];
  const verdicts = refused.slice(0, toldNodes).map(
    ({ node, verdict, details }): Evidence => ({
      level: 'bad',
      text: say('node {name}: {why}', { name: node, why: [verdict, ...details].join(', ') }),
      ref: { kind: 'nodes', name: node },
      depth: 2,
    }),
  );
  const more = refused.length - verdicts.length;
  return [
    ...link,
    ...told,
    ...(isPending && said
      ? [
          {
            level: 'bad',
            text: say('the scheduler said: {text}', { text: said }),
            depth: 1,
            ...(podRef && { ref: podRef }),
          } as Evidence,
        ]
      : []),
    ...verdicts,
    ...(more > 0 ? [{ level: 'bad', text: say('and {count} more nodes', { count: more }), depth: 2 } as Evidence] : []),
    ...(missing.length > 0
      ? [
          {
            level: 'warn',
            text: unreadableText(new Set(missing)),
          } as Evidence,
        ]
      : []),
  ];
}
