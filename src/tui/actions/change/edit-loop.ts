import { rmSync } from 'node:fs';
import { applyPatch, createPatch, structuredPatch } from 'diff';
import { editText } from '../../../lib/editor.ts';
import { say } from '../../words/say.ts';
import type { ActionHost } from '../action.ts';

const aroundChanges = 2;

/** What has changed in a text, as `diff -u` writes it, without its head. */
export function diffLines(before: string, after: string): string[] {
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: aroundChanges });
  return hunks.flatMap(({ oldStart, newStart, lines }) => [`@@ ${oldStart} → ${newStart} @@`, ...lines]);
}

const counts = [/^ {2}resourceVersion: .*$/m, /^ {2}generation: .*$/m];

/** A text of an object with the versions of another one. */
export function withCountsOf(text: string, now: string): string {
  return counts.reduce((changed, line) => {
    const [current] = line.exec(now) ?? [];
    return current === undefined ? changed : changed.replace(line, current);
  }, text);
}

/** `edited` with what became of `before` meanwhile; undefined where both changed the same lines. */
export function carriedOver(before: string, edited: string, now: string): string | undefined {
  // What the server counts in stands near everything, and differs at all times.
  const [was, is] = [before, edited].map((text) => withCountsOf(text, now)) as [string, string];
  const carried = applyPatch(now, createPatch('', was, is, '', '', { context: aroundChanges }));
  return carried === false ? undefined : carried;
}

function withoutComments(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .filter((line) => !/^\s*#(?!!)/.test(line))
    .join('\n');
}

/** Lines on top of the file, which are no part of it. */
function headed(reasons: readonly string[], text: string): string {
  const help = [say('Lines that begin with # are left out. What you save is shown before it is sent.'), ...reasons];
  return `${help.map((line) => `# ${line}\n`).join('')}${text}`;
}

/** Opens a text in the user's editor. @returns what was saved, without comments */
export async function inEditor(host: ActionHost, text: string, reasons: readonly string[] = []): Promise<string> {
  return host.lendTerminal(async () => {
    const { path, text: saved } = await editText(headed(reasons, text), 'kctl-edit-', '.yaml', host.services);
    rmSync(path, { force: true });
    return withoutComments(saved);
  });
}

/** Says what is wrong with what was saved. @returns whether the user goes on editing */
export async function editAgain(host: ActionHost, reasons: readonly string[]): Promise<boolean> {
  const request = { title: say('Not saved'), lines: reasons, confirmLabel: 'Edit again', danger: true };
  return (await host.ask(request)) !== undefined;
}
