import type { KubeObject } from '../../api/meta.ts';
import type { IoStreams } from '../../lib/io.ts';
import { toKubeJson } from '../../lib/json.ts';
import { withoutManagedFields } from '../../output/print-objects.ts';
import { objectPrinter } from '../shared/object-printer.ts';
import type { ChangeType } from './follow.ts';
import type { GetOptions } from './options.ts';

/** Prints objects of a watch; with `--output-watch-events` each stands inside the event that brought it. */
export async function watchObjectPrinter(
  options: GetOptions,
  io: IoStreams,
): Promise<(type: ChangeType, object: KubeObject) => string> {
  const print = await objectPrinter(options, io, options.noHeaders);
  if (!options.outputWatchEvents || options.format.name === 'name') return (_type, object) => print(object);
  const shown = options.showManagedFields ? (object: KubeObject) => object : withoutManagedFields;
  if (options.format.name === 'json') return (type, object) => eventJson(type, shown(object));
  return (type, object) => print({ type, object: shown(object) } as unknown as KubeObject);
}

/** A watch event's own fields are not sorted: what happened comes first. */
function eventJson(type: ChangeType, object: KubeObject): string {
  return `{\n    "type": "${type}",\n    "object": ${toKubeJson(object).replaceAll('\n', '\n    ')}\n}\n`;
}
