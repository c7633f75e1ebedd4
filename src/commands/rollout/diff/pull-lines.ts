import { sizeText } from '../../../lib/size-text.ts';
import { padText } from '../../../lib/text-width.ts';
import type { NodePull } from '../../../store/rollout/diff/node-pulls.ts';

/** Nodes that are named one by one; more than these are counted. */
const MOST_NAMED = 3;
const MOST_ROWS = 12;

/** What each node fetches; nodes with the same answer share a line. */
export function pullLines(nodes: readonly NodePull[], revision: number): string[] {
  const able = nodes.filter(({ mayRun }) => mayRun);
  const kept = nodes.filter(({ mayRun }) => !mayRun);
  if (nodes.length === 0) return [];
  const groups = [...Map.groupBy(able, groupKey).values()];
  const rows = groups.slice(0, MOST_ROWS).map((group) => ({ names: namesText(group), ...answer(group[0]!, group) }));
  const [names, amounts] = [rows.map((row) => row.names), rows.map((row) => row.amount)].map((texts) =>
    Math.max(0, ...texts.map((text) => text.length)),
  );
  const lines = rows.map(({ names: who, amount, rest }) =>
    `  ${padText(who, names!)}  ${padText(amount, amounts!)}  ${rest}`.trimEnd(),
  );
  if (groups.length > MOST_ROWS) lines.push(`  and ${groups.length - MOST_ROWS} more kinds of nodes (-o json has all)`);
  if (kept.length > 0) lines.push(`  no pod of revision ${revision} can come to ${namesText(kept)}`);
  const reasons = new Set(able.flatMap(({ estimate }) => (estimate === undefined ? [] : [estimate])));
  const notes = new Set(
    able.flatMap(({ images }) =>
      images.flatMap(({ note, reference }) => (note === undefined ? [] : [`${reference}: ${note}`])),
    ),
  );
  return [
    `pulls for revision ${revision}`,
    ...lines,
    ...[...reasons].map((reason) => `  ~ ${reason}`),
    ...[...notes].map((note) => `  ! ${note}`),
  ];
}

function groupKey({ bytes, estimate, pods, images }: NodePull): string {
  return JSON.stringify([
    bytes,
    estimate,
    pods > 0,
    images.map(({ present, note, layers }) => [present, note, layers]),
  ]);
}

function namesText(group: readonly NodePull[]): string {
  const names = group.slice(0, MOST_NAMED).map(({ node }) => node);
  const more = group.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function answer({ bytes, estimate, images }: NodePull, group: readonly NodePull[]): { amount: string; rest: string } {
  const pods = group.reduce((sum, one) => sum + one.pods, 0);
  const state = pods > 0 ? `${pods} pod${pods === 1 ? '' : 's'} there now` : 'may run some';
  const pulled = images.filter(({ present }) => !present);
  const each = group.length > 1 && bytes !== 0 ? ' each' : '';
  const layers = pulled.reduce((sum, image) => sum + (image.layers ?? 0), 0);
  const isCounted = pulled.length > 0 && pulled.every((image) => image.layers !== undefined);
  const what = pulled.length === 0 ? 'has it all' : isCounted ? `${layers} layer${layers === 1 ? '' : 's'}` : '';
  const amount = bytes === undefined ? '?' : `${estimate === undefined ? '' : '~'}${sizeText(bytes)}${each}`;
  return { amount, rest: [what, state].filter(Boolean).join(', ') };
}
