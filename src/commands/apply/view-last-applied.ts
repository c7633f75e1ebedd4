import { lastAppliedAnnotation } from '../../api/changes/last-applied-annotation.ts';
import { KctlError } from '../../lib/errors.ts';
import { parseExactJson } from '../../lib/exact-json.ts';
import { toYaml } from '../../lib/yaml/write.ts';
import { defineCommand } from '../command.ts';
import { throwCollected, usageError } from '../shared/errors.ts';
import { hasFiles } from '../shared/file-options.ts';
import {
  nothingNamed,
  type ObjectSelection,
  objectSelectionFlags,
  readObjectSelection,
  selectObjects,
} from '../shared/select-objects.ts';

interface ViewLastAppliedOptions {
  selection: ObjectSelection;
  output: string;
}

/** `kctl apply view-last-applied`: what the annotation keeps. */
export const viewLastAppliedCommand = defineCommand<ViewLastAppliedOptions>({
  flags: [
    ...objectSelectionFlags('what was applied last', ['all', 'selector']),
    { name: 'output', short: 'o', type: 'string', default: 'yaml', describe: 'Output format: yaml or json.' },
  ],
  async complete({ args, flags }, { connect }) {
    // A type alone means all of its objects where the namespace was named.
    const nameOptional = args.length === 1 && (await connect()).namespaceExplicit;
    const selection = { ...(await readObjectSelection(args, { flags })), nameOptional };
    return { selection, output: String(flags.output) };
  },
  async run({ selection, output }, context) {
    if (selection.args.length === 0 && !hasFiles(selection.files)) throw nothingNamed();
    const cluster = await context.connect();
    const texts: string[] = [];
    for await (const item of selectObjects(selection, cluster, context)) {
      // As kubectl, the first failure ends it, and an object without the annotation is passed over.
      if (item instanceof KctlError) throw item;
      const text = item.object.metadata.annotations?.[lastAppliedAnnotation];
      if (text !== undefined) texts.push(text);
    }
    for (const text of texts) {
      const shown = views[output]?.(text);
      if (shown === undefined) {
        throwCollected([
          usageError(
            `Unexpected -o output mode: ${output}, the flag 'output' must be one of yaml|json`,
            `${context.tool} apply view-last-applied`,
          ),
        ]);
      }
      context.io.stdout.write(shown ?? '');
    }
  },
});

const views: Readonly<Record<string, (text: string) => string>> = {
  yaml: (text) => toYaml(parseExactJson(text)),
  // The text keeps the order of its keys, and the line feed at its end.
  json: (text) => `${JSON.stringify(parseExactJson(text), undefined, 2)}${text.endsWith('\n') ? '\n' : ''}`,
};
