import type { KnownObject } from '../../kube/ownership.ts';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import { allNamespacesFlag, fieldSelectorFlag, selectorFlag } from '../shared/print-flags.ts';
import { nothingNamed, type ObjectSelection, readObjectSelection, selectObjects } from '../shared/select-objects.ts';
import { whereFlag } from '../shared/where.ts';
import { showTrees, type TreeOptions } from './show.ts';

interface TreeCommandOptions extends TreeOptions {
  selection: ObjectSelection;
}

/** `kctl tree`: objects with everything they own, over all types of the cluster. */
export const treeCommand = defineCommand<TreeCommandOptions>({
  flags: [
    allNamespacesFlag,
    fieldSelectorFlag,
    { name: 'no-headers', type: 'bool', default: false, describe: 'Print no headers.' },
    {
      name: 'references',
      type: 'bool',
      default: false,
      describe:
        'Also what objects use (config maps, secrets, claims), and what points at them (services, autoscalers).',
    },
    { name: 'root', type: 'bool', default: false, describe: 'Begin with what stands above the objects.' },
    selectorFlag,
    whereFlag,
  ],
  async complete({ args, flags }) {
    return {
      selection: { ...(await readObjectSelection(args, { flags })), nameOptional: true },
      references: flags.references === true,
      fromRoot: flags.root === true,
      noHeaders: flags['no-headers'] === true,
    };
  },
  validate({ selection }) {
    if (selection.args.length === 0) throw nothingNamed();
  },
  async run(options, context) {
    const cluster = await context.connect();
    const objects: KnownObject[] = [];
    const errors: unknown[] = [];
    for await (const item of selectObjects(options.selection, cluster, context)) {
      if (item instanceof KctlError) errors.push(item);
      else objects.push({ resource: item.resource, metadata: item.object.metadata });
    }
    if (objects.length > 0) await showTrees(objects, options, cluster, context);
    else if (errors.length === 0) {
      const where = options.selection.allNamespaces ? '' : ` in ${cluster.namespace} namespace.`;
      context.io.stderr.write(`No resources found${where}\n`);
    }
    throwCollected(errors);
  },
});
