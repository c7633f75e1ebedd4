import { ApiStatusError } from '../../api/status.ts';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { textWidth, truncateText } from '../../lib/text-width.ts';
import type { Theme } from '../../theme/theme.ts';
import { sayAssembled } from '../words/say.ts';

/** What the user can do about a failure that the server reported, by reason. */
const adviceByReason: Readonly<Record<string, string>> = {
  Forbidden:
    'Ask for the right to do this, switch the context (:ctx) or pick a namespace that you may read (:ns NAME).',
  Unauthorized: 'The credentials are not accepted. Log in again or switch the context (:ctx).',
  NotFound: 'It may have been deleted meanwhile. Esc goes back, ctrl-r tries again.',
  Expired: 'ctrl-r lists again.',
  TooManyRequests: 'The server asks for patience. It is tried again by itself.',
};

const adviceByCode: Partial<Record<KctlError['code'], string>> = {
  connection:
    'It is tried again by itself; ctrl-r tries at once. Check that the server runs, or switch the context (:ctx).',
  auth: 'Log in again or switch the context (:ctx).',
  config: 'Mend the configuration, then press ctrl-r.',
};

/** One line that says what to do about `error`. */
function adviceFor(error: unknown): string {
  if (error instanceof ApiStatusError) return adviceByReason[error.reason] ?? 'ctrl-r tries again, Esc goes back.';
  if (error instanceof KctlError) return error.hint ?? adviceByCode[error.code] ?? 'ctrl-r tries again, Esc goes back.';
  return 'ctrl-r tries again, Esc goes back.';
}

/** Breaks at spaces; a word longer than the line is cut hard. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((part) => truncateText(part, width));
}

/** A failure as a panel inside a view. */
export function errorLines(error: unknown, width: number, theme: Theme): string[] {
  const message = sayAssembled(error instanceof Error ? error.message : String(error));
  const inner = Math.max(10, width - 6);
  const paragraphs = message.split('\n').flatMap((line) => wrapWords(escapeTerminal(line), inner));
  return [
    '',
    ...paragraphs
      .slice(0, 12)
      .map((line, index) => `  ${theme.paint('status.error', index === 0 ? `x ${line}` : `  ${line}`)}`),
    '',
    ...wrapWords(sayAssembled(adviceFor(error)), inner).map((line) => `    ${theme.paint('text.muted', line)}`),
  ];
}
