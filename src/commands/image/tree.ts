import { escapeTerminal } from '../../lib/escape.ts';
import { sizeText } from '../../lib/size-text.ts';
import { truncateText } from '../../lib/text-width.ts';
import type { LayerForest, LayerNode } from '../../oci/layers/shared-layers.ts';
import { layerForest } from '../../oci/layers/store-forest.ts';
import { imageStorePath, openImageStore } from '../../oci/store/open-store.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { shortDigest, shownName } from './layers-text.ts';
import { type PrintReport, structuredFlags, structuredPrinter } from './structured-output.ts';

interface TreeOptions {
  /** Undefined for people. */
  print: PrintReport | undefined;
}

/**
 * `kctl image tree`: which layers the images of the store have in common, what that saves, and the writable layers of
 * containers upon them.
 */
export const treeCommand = defineCommand<TreeOptions>({
  flags: structuredFlags,
  complete({ args, flags }, { tool, commandPath }) {
    if (args.length > 0) throw usageError(`unexpected argument ${JSON.stringify(args[0])}`, `${tool} ${commandPath}`);
    return { print: structuredPrinter(flags) };
  },
  async run({ print }, { io }) {
    const store = openImageStore(imageStorePath(io.env));
    try {
      const forest = await layerForest(store);
      const columns = io.stdout.isTTY ? io.stdout.columns : undefined;
      io.stdout.write(print ? print(forest) : treeText(forest, columns));
    } finally {
      store.close();
    }
  },
});

export function treeText(forest: LayerForest, columns?: number): string {
  const { roots, images, layers, allBytes, keptBytes } = forest;
  if (images === 0) return 'There are no images.\n';
  const lines = roots.flatMap((root) => nodeLines(root, '', ''));
  const saved = allBytes - keptBytes;
  const sum = `${images} images, ${layers} layers: ${sizeText(keptBytes)} kept, ${sizeText(saved)} saved by sharing`;
  const cut = (line: string) => (columns === undefined ? line : truncateText(line, columns));
  return `${[...lines, '', sum].map(cut).join('\n')}\n`;
}

function nodeLines(node: LayerNode, lead: string, below: string): string[] {
  const names = node.images.map(shownName).join(', ');
  const what = escapeTerminal(node.instruction) || '<unknown>';
  const line = `${lead}${shortDigest(node.digest)} ${sizeText(node.sizeBytes)} ${names ? `[${names}] ` : ''}${what}`;
  const upon = [
    ...node.containers.map((name) => (first: string) => [`${first}(writable) container ${escapeTerminal(name)}`]),
    ...node.children.map((child) => (first: string, rest: string) => nodeLines(child, first, rest)),
  ];
  return [
    line,
    ...upon.flatMap((draw, index) => {
      const isLast = index === upon.length - 1;
      return draw(`${below}${isLast ? '└─ ' : '├─ '}`, `${below}${isLast ? '   ' : '│  '}`);
    }),
  ];
}
