import { posix } from 'node:path';
import { KctlError } from '../../../lib/errors.ts';
import { BuildFailure, failureAt } from '../build-failure.ts';
import type { Copy } from '../dockerfile/instruction.ts';
import type { SourceRange } from '../dockerfile/source-error.ts';
import { isGitAddress, parseGitAddress, withoutPassword } from '../sources/git-address.ts';
import type { FileSource, InlineFile } from './operations.ts';
import { absolute, belowRoot } from './paths.ts';
import type { StageBuilder } from './stage-builder.ts';

/** COPY and ADD: which files come from where. @throws BuildFailure */
export function planCopy(stage: StageBuilder, instruction: Copy): void {
  const { name, range, heredocs, from } = instruction;
  const expand = stage.expander(instruction);
  const source: FileSource = from === undefined ? { from: 'context' } : stage.source(from, range);
  const paths = instruction.sources.map(expand);
  const target = expand(instruction.destination);
  const destination = absolute(stage.config.WorkingDir || '/', target);
  if (target === '') throw new BuildFailure(`${name} requires a destination, but it is empty`, range);
  if (paths.length + heredocs.length > 1 && !destination.endsWith('/')) {
    const why = 'the destination must be a directory and end with a /';
    throw new BuildFailure(`When using ${name} with more than one source file, ${why}`, range);
  }
  const inline: InlineFile[] = heredocs.map((heredoc) => ({
    name: heredoc.name,
    content: heredoc.expands ? stage.expandText(heredoc.content, range) : heredoc.content,
  }));
  const [chown, chmod, checksum] = [instruction.chown, instruction.chmod, instruction.checksum].map((text) =>
    text === undefined ? undefined : expand(text),
  );
  checkSources(name, paths, checksum, range);
  if (from === undefined) reportIgnored(stage, instruction, paths);

  const { link, parents, unpack, excludes, keepGitDir } = instruction;
  const flags = [
    ...(chown === undefined ? [] : [`--chown=${chown}`]),
    ...(chmod === undefined ? [] : [`--chmod=${chmod}`]),
    ...(checksum === undefined ? [] : [`--checksum=${checksum}`]),
    ...(keepGitDir ? ['--keep-git-dir=true'] : []),
    ...(link ? ['--link'] : []),
    ...(parents ? ['--parents'] : []),
    ...excludes.map((pattern) => `--exclude=${expand(pattern)}`),
  ];
  const words = [...flags, ...paths.map(withoutPassword), ...inline.map((file) => `<<${file.name}`)];
  const shown = from === undefined ? words : [`--from=${from}`, ...words];
  stage.operate(
    {
      ...{ kind: 'copy', instruction: name, range, source, paths, inline, destination },
      ...{ chown, chmod, checksum, keepGitDir, link, parents, unpack, excludes: excludes.map(expand) },
      title: `${name} ${shown.join(' ')} ${target}`,
    },
    `${name} ${words.join(' ')} ${destination} # buildkit`,
  );
}

/** What ADD fetches, in place of taking it from the context: addresses of files and of Git repositories. */
export const isAddress = (path: string): boolean => /^https?:\/\//i.test(path) || isGitAddress(path);

/** @throws BuildFailure in BuildKit's words */
function checkSources(
  name: Copy['name'],
  paths: readonly string[],
  checksum: string | undefined,
  range: SourceRange,
): void {
  const fail = (message: string): never => {
    throw new BuildFailure(message, range);
  };
  const [first = ''] = paths;
  if (checksum !== undefined) {
    if (name === 'COPY') fail("checksum can't be specified for COPY");
    if (paths.length !== 1) fail("checksum can't be specified for multiple sources");
    if (!isAddress(first)) fail('checksum requires HTTP(S) or Git sources');
    if (!isGitAddress(first)) checkDigest(checksum, fail);
  }
  for (const path of paths.filter(isAddress)) {
    if (name === 'COPY') fail(`source can't be a ${isGitAddress(path) ? 'git ref' : 'URL'} for COPY`);
    try {
      if (isGitAddress(path)) parseGitAddress(path);
      else new URL(path);
    } catch (error) {
      throw error instanceof KctlError
        ? failureAt(error, range)
        : new BuildFailure(`invalid URL ${JSON.stringify(withoutPassword(path))}`, range);
    }
  }
}

/** Hexadecimal digits of a digest by its algorithm (image-spec descriptor.md). */
const digits: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

function checkDigest(checksum: string, fail: (message: string) => never): void {
  const [, algorithm, hex = ''] = /^([a-z0-9]+(?:[+._-][a-z0-9]+)*):([0-9a-f]+)$/.exec(checksum) ?? [];
  if (algorithm === undefined) fail('invalid checksum digest format');
  else if (!Object.hasOwn(digits, algorithm)) fail('unsupported digest algorithm');
  else if (hex.length !== digits[algorithm]) fail('invalid checksum digest length');
}

/** A file that is named in full and that the context leaves out cannot be meant. */
function reportIgnored(stage: StageBuilder, { name, range }: Copy, paths: readonly string[]): void {
  for (const path of paths) {
    const below = belowRoot(path);
    if (isAddress(path) || below === '' || /[*?[\\]/.test(path) || !stage.scope.ignore?.matches(below)) continue;
    const text = `Attempting to ${name === 'COPY' ? 'Copy' : 'Add'} file ${JSON.stringify(posix.normalize(path))}`;
    stage.scope.warnings.add('CopyIgnoredFile', range, `${text} that is excluded by .dockerignore`);
  }
}
