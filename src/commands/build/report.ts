import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal, escapeTerminalLines } from '../../lib/escape.ts';
import { BuildFailure } from '../../oci/build/build-failure.ts';
import { readBefore } from '../../oci/build/dockerfile/parse-dockerfile.ts';
import { DockerfileError, excerpt, type SourceRange } from '../../oci/build/dockerfile/source-error.ts';
import { checkFile } from '../../oci/build/lint/check-file.ts';
import { rules, ruleUrl } from '../../oci/build/lint/rules.ts';
import { type BuildWarning, checkSettings, Warnings } from '../../oci/build/lint/warnings.ts';
import { failures } from '../../oci/build/steps/build-stage.ts';
import { locationOf } from './call.ts';

/** A Dockerfile as messages show it. */
export interface Shown {
  name: string;
  text: string;
}

/** The step that failed, and what it printed last: what progress ends with. '' where it is no step. */
export function tailLines(error: unknown): string {
  const known = error instanceof Error ? failures.get(error) : undefined;
  if (!known || known.tail.length === 0) return '';
  const name = escapeTerminal(known.name.replace(/\s+/g, ' '));
  return ['------', ` > ${name}:`, ...known.tail.map(escapeTerminalLines), '------', ''].join('\n');
}

/** The lines of the Dockerfile that a failure is about, right above the error; '' where it is about none. */
export function failedLines(error: unknown, file: Shown): string {
  const range = rangeOf(error);
  return range ? `${shownExcerpt(file, range)}\n` : '';
}

function rangeOf(error: unknown): SourceRange | undefined {
  return error instanceof BuildFailure || error instanceof DockerfileError ? error.range : undefined;
}

function shownExcerpt({ name, text }: Shown, range: SourceRange): string {
  return escapeTerminalLines(excerpt(text, name, range));
}

/** As docker ends a build: `ERROR: failed to solve: …`. */
export function solveError(error: unknown): unknown {
  if (!(error instanceof KctlError)) return error;
  return new KctlError(error.code, `failed to solve: ${error.message}`, {
    ...(error.hint ? { hint: error.hint } : {}),
    prefix: 'ERROR: ',
    cause: error,
  });
}

/** Below a build: one line for each warning. */
export function warningLines(warnings: readonly BuildWarning[], tool: string): string {
  if (warnings.length === 0) return '';
  const count = warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`;
  const lines = warnings.map(
    ({ rule, message, range }) => ` - ${rule}: ${escapeTerminal(message)} (line ${range.first})`,
  );
  return `\n ${count} found (use ${tool} build --check to see where):\n${lines.join('\n')}\n`;
}

/** `--check`: each warning with its page and its lines. */
export function checkReport(warnings: readonly BuildWarning[], file: Shown): string {
  if (warnings.length === 0) return 'Check complete, no warnings found.\n';
  const shown = warnings.map(({ rule, message, range }) =>
    [
      `WARNING: ${rule} - ${ruleUrl(rule)}`,
      rules[rule].description,
      ...(message === rules[rule].description ? [] : [escapeTerminal(message)]),
      shownExcerpt(file, range),
      '',
      '',
    ].join('\n'),
  );
  const count = warnings.length === 1 ? '1 warning has' : `${warnings.length} warnings have`;
  return `${shown.join('')}Check complete, ${count} been found!\n`;
}

/** `--call=check,format=json`, in the shape of BuildKit's frontend.lint. */
export function checkJson(warnings: readonly BuildWarning[], { name, text }: Shown): string {
  const found = warnings.map(({ rule, message, range }) => ({
    ...{ ruleName: rule, description: rules[rule].description, url: ruleUrl(rule), detail: message },
    location: locationOf(range),
  }));
  const sources = [{ fileName: name, language: 'Dockerfile', data: Buffer.from(text).toString('base64') }];
  return `${JSON.stringify({ warnings: found, sources }, null, 2)}\n`;
}

/**
 * What checks find in what stands before a mistake of the Dockerfile.
 * @param settings those that win over the file's
 */
export function checkedBefore(error: unknown, settings: string | undefined): BuildWarning[] {
  const file = readBefore(error);
  if (!file) return [];
  try {
    const warnings = new Warnings(checkSettings(settings ?? file.directives.check));
    checkFile(file, warnings);
    return warnings.list();
  } catch {
    // Settings that cannot be read are told once the file can be.
    return [];
  }
}
