import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { IoStreams } from '../../lib/io.ts';
import { createObjectPrinter, type ObjectPrinter } from '../../output/print-objects.ts';
import type { ResultOutput } from './output-format.ts';

/** The printer that `-o` names; files of templates are looked up from the working folder. */
export function objectPrinter(output: ResultOutput, io: IoStreams, noHeaders = false): Promise<ObjectPrinter> {
  const { format, allowMissingKeys, showManagedFields } = output;
  return createObjectPrinter(format, {
    allowMissingKeys,
    showManagedFields,
    noHeaders,
    readFile: (path) => readFileSync(resolve(io.cwd, path), 'utf8'),
  });
}
