import { existsSync, rmSync } from 'node:fs';
import type { KubeObject } from '../../api/meta.ts';
import { editText } from '../../lib/editor.ts';
import { KctlError } from '../../lib/errors.ts';
import { toCompactJson, toKubeJson } from '../../lib/json.ts';
import { toYaml } from '../../lib/yaml/write.ts';
import { parseFirstYamlDocument } from '../../lib/yaml.ts';
import type { CommandContext } from '../command.ts';

/** Why a file is opened once more: a sentence, and the points under it. */
export interface EditReason {
  head: string;
  points: readonly string[];
}

/** What became of what was edited. */
export interface EditOutcome {
  /** Shown on top of the file that is opened again; empty: all is done. */
  reasons: readonly EditReason[];
  /** The server did not take it, and may another time. */
  retryable: boolean;
  /** What was edited is not there any more. */
  missing: boolean;
}

export interface EditRequest {
  objects: readonly KubeObject[];
  format: 'yaml' | 'json';
  header: string;
  windowsLineEndings: boolean;
  /** Whether a text is objects at all. @throws KctlError: the file is opened again with the reason on top */
  validate(text: string): void;
  /** How what failed validation is called on the error stream, and in the file. */
  subject: string;
  /** Makes objects of the text. @throws KctlError for a syntax error: the file is opened again */
  parse(text: string): KubeObject[] | Promise<KubeObject[]>;
  /** Sends what was edited. @throws what ends the edit; the file is kept */
  send(edited: readonly KubeObject[]): Promise<EditOutcome>;
}

export const editHeader = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`;

export const lastAppliedHeader = `# Please edit the 'last-applied-configuration' annotations below.
# Lines beginning with a '#' will be ignored, and an empty file will abort the edit.
#
`;

/**
 * Lets the user edit objects until they are sent, unchanged or given up. Whenever an edit could be lost,
 * its file stays and is named.
 * @returns the exit code
 */
export async function editSession(request: EditRequest, { io, tool }: CommandContext): Promise<number> {
  const { format, header } = request;
  const original = format === 'json' ? `${toKubeJson(asOne(request.objects))}\n` : toYaml(asOne(request.objects));
  let reasons: readonly EditReason[] = [];
  let edited: string | undefined;
  let kept = '';
  const keep = (file: string, error: unknown): unknown => {
    if (file !== '' && existsSync(file)) {
      io.stderr.write(`A copy of your changes has been stored to ${JSON.stringify(file)}\n`);
    }
    return error;
  };
  for (;;) {
    const head = format === 'json' ? '' : header + reasonText(reasons);
    const body = edited === undefined ? original : withoutComments(edited);
    const offered = request.windowsLineEndings ? (head + body).replaceAll('\n', '\r\n') : head + body;
    let answer: { path: string; text: string };
    try {
      answer = await editText(offered, `${tool}-edit-`, `.${format}`, io);
    } catch (error) {
      throw keep(kept, error);
    }
    if (edited !== undefined && stripped(edited) === stripped(answer.text)) {
      throw keep(answer.path, new KctlError('input', 'Edit cancelled, no valid changes were saved.'));
    }
    if (kept !== '') rmSync(kept, { force: true });
    const { path, text } = answer;
    kept = path;
    edited = text;
    const failed = problem(() => request.validate(text));
    if (failed) {
      io.stderr.write(`error: ${request.subject} is invalid\n`);
      const point = `<nil>: Invalid value: "The edited file failed validation": ${failed.message}`;
      reasons = [{ head: `${request.subject} was not valid`, points: [point] }];
      continue;
    }
    const cancelled = cancellation(original, text);
    if (cancelled !== undefined) {
      rmSync(path, { force: true });
      io.stderr.write(`${cancelled}\n`);
      return 0;
    }
    let objects: KubeObject[];
    try {
      objects = await request.parse(text);
    } catch (error) {
      if (!(error instanceof KctlError)) throw keep(path, error);
      reasons = [{ head: `The edited file had a syntax error: ${error.message}`, points: [] }];
      continue;
    }
    let outcome: EditOutcome;
    try {
      outcome = await request.send(objects);
    } catch (error) {
      throw keep(path, error);
    }
    if (outcome.retryable) {
      io.stderr.write(`You can run \`${tool} replace -f ${path}\` to try this update again.\n`);
      return 1;
    }
    if (outcome.missing) {
      io.stderr.write(`The edits you made on deleted resources have been saved to ${JSON.stringify(path)}\n`);
      return 1;
    }
    if (outcome.reasons.length === 0) {
      rmSync(path, { force: true });
      return 0;
    }
    reasons = outcome.reasons;
  }
}

function asOne(objects: readonly KubeObject[]): object {
  if (objects.length === 1) return objects[0]!;
  return { kind: 'List', apiVersion: 'v1', metadata: {}, items: objects };
}

function reasonText(reasons: readonly EditReason[]): string {
  return reasons
    .map(({ head, points }) => {
      const lines = points.map((point) => `# * ${commented(point)}\n`);
      return `# ${commented(head)}${points.length > 0 ? ':' : ''}\n${lines.join('')}#\n`;
    })
    .join('');
}

function commented(text: string): string {
  return text.replace(/\n(?=[^#])/g, '\n# ');
}

function problem(check: () => void): KctlError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof KctlError) return error;
    throw error;
  }
}

/** Why there is nothing to send, where there is nothing. */
function cancellation(original: string, edited: string): string | undefined {
  if (stripped(original) === stripped(edited)) return 'Edit cancelled, no changes made.';
  const hasContent = edited.split('\n').some((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  return hasContent ? undefined : 'Edit cancelled, saved file was empty.';
}

/** The content without its comments, for comparison; of what is no YAML the lines that are no comments. */
function stripped(text: string): string {
  try {
    return toCompactJson(parseFirstYamlDocument(text, '', true) ?? null);
  } catch {
    return withoutComments(text);
  }
}

function withoutComments(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\s*#(?!!)/.test(line))
    .join('\n');
}
