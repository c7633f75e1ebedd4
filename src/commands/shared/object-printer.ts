import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileError } from '../../kube/kubeconfig/file-error.ts';
import type { IoStreams } from '../../lib/io.ts';
import { PrintFailure } from '../../lib/print-failure.ts';
import { createObjectPrinter, type ObjectPrinter } from '../../output/print-objects.ts';
import type { ResultOutput } from './output-format.ts';

/** The printer that `-o` names; files of templates are looked up from the working folder. */
export async function objectPrinter(output: ResultOutput, io: IoStreams, noHeaders = false): Promise<ObjectPrinter> {
  const { format, allowMissingKeys, showManagedFields } = output;
  const print = await createObjectPrinter(format, {
    allowMissingKeys,
    showManagedFields,
    noHeaders,
    readFile: (path) => fileText(path, io.cwd),
  });
  return (object) => {
    try {
      return print(object);
    } catch (error) {
      // A template prints up to where it fails, and what may help to mend it.
      if (error instanceof PrintFailure) io.stdout.write(error.printed);
      throw error;
    }
  };
}

/** @throws Error in the words of Go, which the printers put behind what they wanted the file for */
function fileText(path: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, path), 'utf8');
  } catch (error) {
    throw new Error(fileError(error, 'open', path), { cause: error });
  }
}
