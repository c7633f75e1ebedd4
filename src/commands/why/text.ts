import { Chalk, type ChalkInstance, type ColorSupportLevel } from 'chalk';
import type { NodeVerdict } from '../../api/scheduling/verdicts.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { padText, textWidth } from '../../lib/text-width.ts';
import { adviceFor } from './advice.ts';
import type { Fact } from './fact.ts';
import type { Report } from './report.ts';

export interface TextOptions {
  /** Every node, however many. */
  all: boolean;
  /** How many colours the terminal has, as chalk counts; 0: none. */
  colours: ColorSupportLevel;
}

/** So many nodes are shown one by one. */
const MOST_ROWS = 20;
/** For a pod that has its node, the nodes it might have had. */
const MOST_SCORED = 5;

const signs: Readonly<Record<Fact['level'], { sign: string; look: (colours: ChalkInstance) => ChalkInstance }>> = {
  bad: { sign: '✖', look: (colours) => colours.red },
  warn: { sign: '!', look: (colours) => colours.yellow },
  ok: { sign: '✔', look: (colours) => colours.green },
};

interface Row {
  nodes: string[];
  verdict: NodeVerdict;
}

/** Nodes of which the same is to be said share a line. */
function rowsOf(nodes: readonly NodeVerdict[]): Row[] {
  const rows = new Map<string, Row>();
  for (const verdict of nodes) {
    const id = JSON.stringify([verdict.verdict, verdict.details, verdict.score]);
    const row = rows.get(id);
    if (row) row.nodes.push(verdict.node);
    else rows.set(id, { nodes: [verdict.node], verdict });
  }
  return [...rows.values()];
}

function namesText(nodes: readonly string[]): string {
  return nodes.length <= 3 ? nodes.join(', ') : `${nodes.slice(0, 2).join(', ')} and ${nodes.length - 2} more`;
}

/** The pod's own node comes first, with a star. */
function markedFirst(nodes: readonly string[], mark: string | undefined): readonly string[] {
  return mark && nodes.includes(mark) ? [`${mark} *`, ...nodes.filter((name) => name !== mark)] : nodes;
}

function reasonText({ score, scores, details }: NodeVerdict): string {
  if (score === undefined) return details.join('; ');
  const parts = Object.entries(scores ?? {}).filter(([, points]) => points > 0);
  return `score ${score}${parts.length > 0 ? ` = ${parts.map(([plugin, points]) => `${plugin} ${points}`).join(' + ')}` : ''}`;
}

function nodeTable(rows: readonly Row[], mark: string | undefined, colours: ChalkInstance): string[] {
  const cells = rows.map(({ nodes, verdict }) => [
    escapeTerminal(namesText(markedFirst(nodes, mark))),
    verdict.verdict,
    escapeTerminal(reasonText(verdict)),
  ]);
  const head = ['NODE', 'VERDICT', 'REASON'];
  const widths = [0, 1].map((at) => Math.max(...[head, ...cells].map((row) => textWidth(row[at]!))));
  return [head, ...cells].map((row, index) => {
    const [node, verdict, reason] = [padText(row[0]!, widths[0]!), padText(row[1]!, widths[1]!), row[2]!];
    const look = index === 0 ? colours.bold : rows[index - 1]!.verdict.fits ? colours.green : colours.red;
    return index === 0 ? look(`${node}   ${verdict}   ${reason}`) : `${node}   ${look(verdict)}   ${reason}`;
  });
}

/** What is left out, by verdict. */
function restText(rows: readonly Row[]): string {
  const counts = new Map<string, number>();
  for (const { nodes, verdict } of rows) counts.set(verdict.verdict, (counts.get(verdict.verdict) ?? 0) + nodes.length);
  const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([verdict, count]) => `${count} ${verdict}`);
  const total = rows.reduce((sum, { nodes }) => sum + nodes.length, 0);
  return `… and ${total} more nodes: ${parts.join(', ')} (--all shows them)`;
}

/** What the scheduler said, and what it would say now where that is not the same. */
function wordsLines({ isPending, said, message }: NonNullable<Report['scheduling']>): string[] {
  if (!isPending) return [];
  const lines = said ? ['', `The scheduler said: ${escapeTerminal(said)}`] : [];
  if (message && message !== said)
    lines.push(
      '',
      `${said ? 'By now' : 'As far as can be seen here,'} the scheduler would say: ${escapeTerminal(message)}`,
    );
  return lines;
}

function schedulingLines({ scheduling, facts }: Report, { all }: TextOptions, colours: ChalkInstance): string[] {
  // Where something is wrong with the pod itself, its node is not what one asks about.
  if (!scheduling || (!scheduling.isPending && facts.some(({ level }) => level === 'bad'))) return [];
  const { isPending, nodes, preemption, node } = scheduling;
  const lines: string[] = [...wordsLines(scheduling)];
  if (!isPending && nodes.length > 0)
    lines.push('', 'Why this node: nobody records it. As things are now, without this pod, the nodes would score:');
  if (nodes.length > 0) lines.push('');
  const shown = isPending
    ? nodes
    : nodes.filter(({ fits, node: name }, at) => name === node || (fits && at < MOST_SCORED));
  const rows = rowsOf(shown);
  const most = all ? rows.length : MOST_ROWS;
  if (rows.length > 0) lines.push(...nodeTable(rows.slice(0, most), node, colours));
  if (rows.length > most) lines.push(restText(rows.slice(most)));
  if (!isPending && nodes.length > shown.length) lines.push(`… of ${nodes.length} nodes; * is where the pod is`);
  if (preemption) {
    const others = namesText([...preemption.victims]);
    lines.push('', escapeTerminal(`Its priority lets it make room: ${others} on ${preemption.node} would have to go.`));
  }
  return lines;
}

function factLines(facts: readonly Fact[], colours: ChalkInstance): string[] {
  return facts.map(({ level, text, guess: isGuess }) => {
    const { sign, look } = signs[level];
    return `  ${look(colours)(sign)} ${isGuess ? 'probably: ' : ''}${escapeTerminal(text)}`;
  });
}

/** The report on one page. */
export function reportText(report: Report, options: TextOptions): string {
  const colours = new Chalk({ level: options.colours });
  const { subject, pod, status, requests, facts, scheduling, missing } = report;
  const isUnplaced = scheduling?.isPending === true && !scheduling.nodes.some(({ fits }) => fits);
  const outcome = scheduling?.refusal ? 'no node is asked' : 'no node takes it';
  const state = isUnplaced ? `${status}: ${outcome}` : status;
  const title = pod
    ? `${subject}, by its ${pod}${state ? ` (${state})` : ''}`
    : `${subject}${state ? ` is ${state}` : ''}`;
  const lines = [colours.bold(escapeTerminal(title))];
  if (requests && scheduling?.isPending) lines.push(`  asks for ${escapeTerminal(requests)}`);
  lines.push(...factLines(facts, colours), ...schedulingLines(report, options, colours));
  const next = [
    ...facts.flatMap((fact) => (fact.next ? [fact.next] : [])),
    ...(isUnplaced && scheduling ? adviceFor(scheduling) : []),
  ];
  if (next.length > 0)
    lines.push('', colours.bold('What to do'), ...[...new Set(next)].map((text) => `  - ${escapeTerminal(text)}`));
  if (missing.length > 0)
    lines.push('', `Not readable for you, so this may be wrong: ${escapeTerminal([...new Set(missing)].join(', '))}`);
  return `${lines.join('\n')}\n`;
}
