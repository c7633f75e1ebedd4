import { escapeTerminalLines } from '../../../lib/escape.ts';
import { plainText } from './log-filter.ts';
import { entryText } from './log-lines.ts';
import type { LogsModel } from './logs-model.ts';

/** Terminals take about 100,000 bytes in one sequence, a third of which is base64's own. */
const clipboardSize = 72_000;

/** The newest of the lines that are shown, as many as a clipboard takes, without colours and control characters. */
export function copyLines(model: LogsModel): { text: string; lines: number; left: number } {
  const { shown, ring } = model;
  const columns = model.columns();
  const texts: string[] = [];
  let size = 0;
  let index = shown.length;
  while (index > 0) {
    const text = escapeTerminalLines(
      plainText(entryText(ring.at(shown.seqAt(index - 1)), columns, model.isOn('timestamps'))),
    );
    size += Buffer.byteLength(text) + 1;
    if (size > clipboardSize && texts.length > 0) break;
    texts.push(text.slice(0, clipboardSize));
    index--;
  }
  return { text: texts.reverse().join('\n'), lines: texts.length, left: index };
}

/** All lines that are shown, as they came. */
export function savedLines(model: LogsModel): { text: string; lines: number } {
  const { shown, ring } = model;
  const columns = model.columns();
  const texts = Array.from({ length: shown.length }, (_, index) =>
    entryText(ring.at(shown.seqAt(index)), columns, true),
  );
  return { text: texts.length === 0 ? '' : `${texts.join('\n')}\n`, lines: texts.length };
}
