import type { LogNote } from './log-source.ts';

/** How much a note matters: `quiet` ones are shown dim. */
export interface NoteText {
  text: string;
  weight: 'quiet' | 'warn' | 'error';
}

/** Notes in words; undefined for those that are told of all logs together. */
export function noteText(note: LogNote, who: string): NoteText | undefined {
  const quiet = (mark: string, text: string): NoteText => ({ text: `${mark} ${who} ${text}`, weight: 'quiet' });
  switch (note.kind) {
    case 'begun':
      return { text: `+ ${who}`, weight: 'quiet' };
    case 'gone':
      return quiet('-', 'is gone');
    case 'restarted':
      return quiet('↻', `restarted (${howEnded(note)}restart ${note.instance})`);
    case 'ended':
      return quiet('-', `has ended (${howEnded(note).replace(/, $/, '') || 'nothing more will come'})`);
    case 'waiting':
      return quiet('·', `has no log yet: ${note.reason}`);
    case 'refused':
      return { text: `✖ ${who}: ${note.error.message}`, weight: 'error' };
    case 'gap':
      return { text: `… ${who}: lines may be missing ${span(note)}: ${note.why}`, weight: 'warn' };
    default:
      return undefined;
  }
}

function howEnded({ exitCode, reason }: { exitCode: number | undefined; reason: string }): string {
  const parts = [exitCode === undefined ? '' : `exit code ${exitCode}`, reason];
  return parts.map((part) => (part === '' ? '' : `${part}, `)).join('');
}

function span({ from, to }: { from: string; to: string }): string {
  if (from === '') return to === '' ? 'at the beginning' : `before ${to}`;
  return to === '' ? `after ${from}` : `between ${from} and ${to}`;
}
