import { asDeclared } from '../../api/declared.ts';
import type { IoStreams } from '../../lib/io.ts';
import type { ResultOutput } from './output-format.ts';
import { type ResultPrinter, resultPrinter } from './result-printer.ts';
import type { DryRun } from './write-flags.ts';

/**
 * The printer of verbs in which kubectl knows the types of what it prints: it then writes what the type
 * has though nothing was said, and JSON in the order of the declarations. See `asDeclared`.
 */
export async function typedPrinter(output: ResultOutput, dryRun: DryRun, io: IoStreams): Promise<ResultPrinter> {
  const printer = await resultPrinter(output, dryRun, io);
  if (!printer.wantsObjects) return printer;
  const isOrdered = output.format.name === 'json' || output.format.name === 'kyaml';
  return {
    wantsObjects: true,
    print(resource, object, operation) {
      const declared = asDeclared(object);
      // A copy has lost the order: templates and paths see maps.
      printer.print(resource, isOrdered ? declared : structuredClone(declared), operation);
    },
  };
}
