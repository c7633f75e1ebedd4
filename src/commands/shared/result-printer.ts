import type { KubeObject } from '../../api/meta.ts';
import type { ResourceInfo } from '../../api/resource.ts';
import type { IoStreams } from '../../lib/io.ts';
import type { FlagValues } from '../command.ts';
import { objectName } from './names.ts';
import { objectFormats, parseOutputFormat, type ResultOutput } from './output-format.ts';
import { plainOutput } from './plain-output.ts';
import { type DryRun, dryRunSuffix } from './write-flags.ts';

export interface ResultPrinter {
  /** True where objects are printed, so that the verb needs the whole answer. */
  readonly wantsObjects: boolean;
  print(resource: ResourceInfo, object: KubeObject, operation: string): void;
}

/**
 * @param tool the name the program was called by: `kctl` has formats of its own
 * @throws KctlError `usage` for an unknown `-o`
 */
export function readResultOutput(flags: FlagValues, tool?: string): ResultOutput {
  return {
    format: parseOutputFormat(String(flags.output ?? ''), String(flags.template ?? ''), objectFormats, tool),
    allowMissingKeys: flags['allow-missing-template-keys'] !== false,
    showManagedFields: flags['show-managed-fields'] === true,
  };
}

/** Printers of objects are loaded only where `-o` asks for them. */
export async function resultPrinter(output: ResultOutput, dryRun: DryRun, io: IoStreams): Promise<ResultPrinter> {
  const suffix = dryRunSuffix(dryRun);
  if (output.format.name === '') {
    return {
      wantsObjects: false,
      print: (resource, object, operation) => {
        io.stdout.write(`${objectName(resource, object)} ${operation}${suffix}\n`);
      },
    };
  }
  if (output.format.name === 'name') {
    return {
      wantsObjects: false,
      print: (resource, object) => {
        io.stdout.write(`${objectName(resource, object)}\n`);
      },
    };
  }
  const { objectPrinter } = await import('./object-printer.ts');
  const print = await objectPrinter(output, io);
  const write = await plainOutput(output.format.name, io);
  return {
    wantsObjects: true,
    print: (_resource, object) => {
      write(print(object));
    },
  };
}
