import { posix } from 'node:path';
import { BuildFailure } from '../build-failure.ts';
import type { Copy } from '../dockerfile/instruction.ts';
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
  if (name === 'COPY' || !paths.some(isAddress)) refuseChecksum(instruction);
  if (from === undefined) reportIgnored(stage, instruction, paths);

  const { link, parents, unpack, excludes } = instruction;
  const flags = [
    ...(chown === undefined ? [] : [`--chown=${chown}`]),
    ...(chmod === undefined ? [] : [`--chmod=${chmod}`]),
    ...(checksum === undefined ? [] : [`--checksum=${checksum}`]),
    ...(link ? ['--link'] : []),
    ...(parents ? ['--parents'] : []),
    ...excludes.map((pattern) => `--exclude=${expand(pattern)}`),
  ];
  const words = [...flags, ...paths, ...inline.map((file) => `<<${file.name}`)];
  const shown = from === undefined ? words : [`--from=${from}`, ...words];
  stage.operate(
    {
      ...{ kind: 'copy', instruction: name, range, source, paths, inline, destination },
      ...{ chown, chmod, checksum, link, parents, unpack, excludes: excludes.map(expand) },
      title: `${name} ${shown.join(' ')} ${target}`,
    },
    `${name} ${words.join(' ')} ${destination} # buildkit`,
  );
}

export const isAddress = (path: string): boolean => /^https?:\/\//i.test(path);

/** `https://host/repo.git#branch:folder`, `git@host:repo`: what ADD would clone. */
export const isRepository = (path: string): boolean =>
  /^(git:\/\/|git@|ssh:\/\/)/i.test(path) || /^https?:\/\/[^#?]+\.git(#.*)?$/i.test(path);

function refuseChecksum({ checksum, range }: Copy): void {
  if (checksum !== undefined) throw new BuildFailure("checksum can't be specified for non-HTTP(S) sources", range);
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
