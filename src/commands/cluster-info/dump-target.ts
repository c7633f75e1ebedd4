import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileError } from '../../kube/kubeconfig/file-error.ts';
import { pathSegmentProblem } from '../../kube/path-segment.ts';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';

/** Takes the parts of a dump: a file for each under a folder, or all of them on standard output. */
export interface DumpTarget {
  write(path: readonly string[], extension: string, text: string): void;
}

/** @param folder '' or `-` is standard output */
export function dumpTarget(folder: string, io: IoStreams): DumpTarget {
  if (folder === '' || folder === '-') return { write: (_path, _extension, text) => void io.stdout.write(text) };
  return {
    write(path, extension, text) {
      // Names come from a cluster: none may lead out of the folder.
      for (const name of path) {
        const problem = pathSegmentProblem(name);
        if (problem) throw new KctlError('api', `the name "${name}" cannot be a file: ${problem}`);
      }
      const file = `${join(resolve(io.cwd, folder), ...path)}${extension}`;
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
        writeFileSync(file, text);
      } catch (error) {
        throw new KctlError('input', fileError(error, 'open', file), { cause: error });
      }
    },
  };
}
