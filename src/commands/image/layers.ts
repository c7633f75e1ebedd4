import type { ImageFacts } from '../../api/image-facts.ts';
import { KctlError } from '../../lib/errors.ts';
import { analyseImage } from '../../oci/layers/analyse-image.ts';
import { defaultRules, judgeImage, type RuleValues, ruleNames } from '../../oci/layers/ci-rules.ts';
import { layerHolders } from '../../oci/layers/shared-layers.ts';
import { defineCommand, type FlagValues } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { readRules } from './ci-config.ts';
import { ciReport } from './ci-report.ts';
import { layersText, type ShownImage, simulatedText } from './layers-text.ts';
import { type SourceChoice, withImage } from './open-source.ts';
import { simulatedNamed } from './simulated.ts';
import { readSource, sourceFlags } from './source-flags.ts';
import { reportPrinters } from './structured-output.ts';

interface LayersOptions {
  source: SourceChoice;
  output: string;
  files: boolean;
  waste: boolean;
  nodes: boolean;
  ci: boolean;
  ciConfig: string;
  /** Rules of the command line. */
  rules: Partial<RuleValues>;
}

/** `kctl image layers NAME|FILE`: what an image is made of, layer by layer, without any daemon. */
export const layersCommand = defineCommand<LayersOptions>({
  flags: [
    {
      name: 'output',
      short: 'o',
      type: 'string',
      default: 'table',
      describe: 'Output format. One of: (table, wide, json, yaml).',
    },
    {
      name: 'files',
      type: 'bool',
      default: false,
      describe: 'List the paths that each layer adds, changes and removes.',
    },
    { name: 'waste', type: 'bool', default: false, describe: 'List the files that stand in several layers.' },
    {
      name: 'nodes',
      type: 'bool',
      default: false,
      describe: 'Show which nodes of the current cluster have each layer.',
    },
    {
      name: 'ci',
      type: 'bool',
      default: false,
      describe: 'Judge the image by the rules; the exit code is 1 where one fails.',
    },
    { name: 'ci-config', type: 'string', default: '.dive-ci', describe: 'A file with rules, as dive reads it.' },
    ...ruleNames.map((name) => ({
      name,
      type: 'string' as const,
      describe: `With --ci: the limit of that rule, or "disabled" (default ${defaultRules[name]}).`,
    })),
    ...sourceFlags,
  ],
  complete({ args, flags }, { tool, commandPath }) {
    const [text, ...rest] = args;
    if (text === undefined || rest.length > 0) {
      throw usageError('name one image, or one file or folder that holds one', `${tool} ${commandPath}`);
    }
    return {
      source: readSource(text, flags),
      output: String(flags.output),
      files: flags.files === true,
      waste: flags.waste === true,
      nodes: flags.nodes === true,
      ci: flags.ci === true,
      ciConfig: String(flags['ci-config']),
      rules: givenRules(flags),
    };
  },
  validate({ output }) {
    if (output === 'table' || output === 'wide' || reportPrinters[output]) return;
    throw new KctlError(
      'usage',
      `unable to match a printer suitable for the output format "${output}", allowed formats are: json,table,wide,yaml`,
    );
  },
  async run({ source: choice, output, files, waste, nodes, ci, ciConfig, rules }, context) {
    const { io } = context;
    const holding = nodes ? await (await import('../images/layer-nodes.ts')).layerNodes(context) : undefined;
    const columns = io.stdout.isTTY ? io.stdout.columns : undefined;
    const print = reportPrinters[output];
    const image = await withImage(choice, io, async (source, store): Promise<ShownImage> => {
      const analysis = await analyseImage(source);
      const holders = await layerHolders(store);
      const others = analysis.layers.map(
        ({ digest }) => [digest, (holders.get(digest) ?? []).filter((name) => name !== source.reference)] as const,
      );
      return { ...analysis, sharedBy: new Map(others), ...(holding ? { nodes: holding } : {}) };
    }).catch((error: unknown) => orSimulated(error, choice.text));
    if ('simulated' in image) {
      if (ci)
        throw new KctlError('input', `${choice.text} is simulated by the bundled cluster: it has no files to judge`);
      io.stdout.write(print ? print(image) : simulatedText(image, holding, { wide: output === 'wide', columns }));
      return 0;
    }
    if (ci) {
      const verdicts = judgeImage(image.efficiency, { ...(await readRules(ciConfig, io)), ...rules });
      io.stdout.write(ciReport(image.efficiency, verdicts));
      return verdicts.some(({ verdict }) => verdict === 'fail') ? 1 : 0;
    }
    io.stdout.write(
      print ? print(plainReport(image, files)) : layersText(image, { files, waste, wide: output === 'wide', columns }),
    );
    return 0;
  },
});

/** What is not in the store may be an image that the bundled cluster simulates. */
function orSimulated(error: unknown, text: string): ImageFacts {
  const facts = error instanceof KctlError && error.message.startsWith('No such image') && simulatedNamed(text);
  if (!facts) throw error;
  return facts;
}

function givenRules(flags: FlagValues): Partial<RuleValues> {
  const given = ruleNames.filter((name) => flags[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, String(flags[name])]));
}

/** For programs: counts always, paths with `--files`. */
function plainReport({ sharedBy, nodes, files: _, efficiency, waste, ...image }: ShownImage, files: boolean): object {
  return {
    ...image,
    layers: image.layers.map(({ added, changed, removed, same, hidden, ...layer }) => ({
      ...layer,
      counts: { added: added.length, changed: changed.length, removed: removed.length, same: same.length },
      hiddenBytes: hidden.reduce((sum, { size }) => sum + size, 0),
      sharedBy: sharedBy.get(layer.digest) ?? [],
      ...(nodes ? { nodes: nodes.filter(({ layers }) => layers.has(layer.digest)).map(({ name }) => name) } : {}),
      ...(files ? { added, changed, removed, same } : {}),
    })),
    efficiency: { ...efficiency, files: files ? efficiency.files : efficiency.files.slice(0, 20) },
    waste: waste.map(({ by, in: where, ...rest }) => ({ byLayer: by + 1, inLayer: where + 1, ...rest })),
  };
}
