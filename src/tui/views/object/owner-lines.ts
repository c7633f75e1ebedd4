import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { KubeObject } from '../../../api/meta.ts';
import { ageSince } from '../../../lib/age.ts';
import { escapeTerminal } from '../../../lib/escape.ts';
import { padText, textWidth, truncateText } from '../../../lib/text-width.ts';
import { paintYaml } from '../../../theme/paint-document.ts';
import type { TextLine } from '../text/text-pane.ts';
import { type FieldOwner, type OwnedNode, ownedChild, ownedFields } from './field-owners.ts';

const widest = 34;
const separator = ' │ ';

/** `kubectl-client-side-apply 3h`; several owners of one field are joined by `+`. */
function ownerText(owners: readonly FieldOwner[], now: number): string {
  const managers = [...new Set(owners.map(({ manager }) => manager))].join('+');
  const times = owners.flatMap(({ time }) => (time ? [time] : [])).sort();
  return escapeTerminal(`${managers} ${times.length > 0 ? ageSince(times.at(-1), now) : ''}`.trim());
}

/** Who owns the fields that begin in each line, by line from 0. */
function ownersByLine(text: string, object: KubeObject): Map<number, readonly FieldOwner[]> {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const byLine = new Map<number, readonly FieldOwner[]>();
  const take = (node: OwnedNode, at: number | undefined) => {
    if (at === undefined || node.owners.length === 0) return;
    const line = counter.linePos(at).line - 1;
    if (!byLine.has(line)) byLine.set(line, node.owners);
  };
  const walk = (shown: Node | null | undefined, owned: OwnedNode) => {
    if (isMap(shown)) {
      for (const { key, value } of shown.items) {
        if (!isScalar(key)) continue;
        const child = ownedChild(owned, String(key.value), undefined);
        if (!child) continue;
        take(child, key.range?.[0]);
        walk(value as Node, child);
      }
    } else if (isSeq(shown)) {
      for (const [index, item] of shown.items.entries()) {
        const node = item as Node;
        const child = ownedChild(owned, index, node.toJS(document));
        if (!child) continue;
        walk(node, child);
        take(child, node.range?.[0]);
      }
    }
  };
  walk(document.contents as Node, ownedFields(object));
  return byLine;
}

/** Lines of an object's YAML with who set the field that begins in each at their left. */
export function linesWithOwners(lines: readonly string[], object: KubeObject, now: number): TextLine[] {
  const owners = ownersByLine(lines.join('\n'), object);
  const texts = new Map([...owners].map(([line, of]) => [line, ownerText(of, now)]));
  const width = Math.min(widest, Math.max(0, ...[...texts.values()].map(textWidth)));
  return lines.map((line, index) => {
    const owner = padText(truncateText(texts.get(index) ?? '', width), width) + separator;
    return {
      text: owner + line,
      paint: (text, theme) =>
        theme.paint('text.muted', text.slice(0, owner.length)) + paintYaml(text.slice(owner.length), theme),
    };
  });
}
