import { rmSync } from 'node:fs';
import { editText } from '../../../lib/editor.ts';
import { say } from '../../words/say.ts';
import type { ActionHost } from '../action.ts';

/** A text of an editor without the lines that are no part of what was typed. */
export function withoutComments(text: string): string {
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
