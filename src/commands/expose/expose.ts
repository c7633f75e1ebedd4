import type { KubeObject } from '../../api/meta.ts';
import { groupResource, type ResourceInfo } from '../../api/resource.ts';
import { findBuiltin } from '../../api/resources.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand, type FlagValues } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import { hasFiles } from '../shared/file-options.ts';
import { objectFormats, ownFormatsBeside } from '../shared/output-format.ts';
import { overrideFlags, withOverrides } from '../shared/overrides.ts';
import { postInNamespace } from '../shared/post-object.ts';
import { dryRunFlag, fieldManagerFlag, fileFlags, printFlags } from '../shared/print-flags.ts';
import { type ResultPrinter, readResultOutput } from '../shared/result-printer.ts';
import { annotateLastApplied, saveConfigFlag } from '../shared/save-config.ts';
import { nothingNamed, type ObjectSelection, readObjectSelection, selectObjects } from '../shared/select-objects.ts';
import { typedPrinter } from '../shared/typed-printer.ts';
import { type DryRun, parseDryRun, writeQuery } from '../shared/write-flags.ts';
import { exposable, type Found, labelText, portsText, protocolsOf, selectorText } from './introspect.ts';
import { serviceFlags, serviceOf } from './service.ts';

interface ExposeOptions {
  selection: ObjectSelection;
  flags: FlagValues;
  dryRun: DryRun;
  saveConfig: boolean;
  fieldManager: string;
  printer: ResultPrinter;
}

/** `kctl expose`: a service in front of pods, or of what runs pods. */
export const exposeCommand = defineCommand<ExposeOptions>({
  flags: [
    dryRunFlag,
    fieldManagerFlag('kubectl-expose'),
    ...fileFlags('the objects to expose'),
    ...overrideFlags,
    ...printFlags(objectFormats.join(', '), ownFormatsBeside(objectFormats)),
    saveConfigFlag,
    ...serviceFlags,
  ],
  async complete({ args, afterDash = [], flags }, { io, tool }) {
    const dryRun = parseDryRun(flags, io);
    return {
      // --selector is the service's here.
      selection: await readObjectSelection([...args, ...afterDash], { flags: { ...flags, selector: '' } }),
      flags,
      dryRun,
      saveConfig: flags['save-config'] === true,
      fieldManager: String(flags['field-manager']),
      printer: await typedPrinter(readResultOutput(flags, tool), dryRun, io),
    };
  },
  async run(options, context) {
    const cluster = await context.connect();
    const { selection } = options;
    if (selection.args.length === 0 && !hasFiles(selection.files)) throw nothingNamed();
    const errors: unknown[] = [];
    // What was found out about one object holds for those after it, as in kubectl.
    let known: Found = {
      selector: String(options.flags.selector),
      port: String(options.flags.port),
      labels: String(options.flags.labels),
    };
    for await (const item of selectObjects(selection, cluster, context)) {
      try {
        if (item instanceof KctlError) throw item;
        known = inspect(item, known, options);
        await expose(item.object, known, options, cluster, context);
      } catch (error) {
        errors.push(error);
      }
    }
    throwCollected(errors);
  },
});

interface Item {
  resource: ResourceInfo;
  object: KubeObject;
}

/** Fills what flags left open from the object. @throws KctlError */
function inspect({ resource, object }: Item, known: Found, { flags }: ExposeOptions): Found {
  if (!exposable.has(groupResource(resource))) {
    throw new KctlError('usage', `cannot expose a ${resource.kind}${resource.group ? `.${resource.group}` : ''}`);
  }
  const selector = known.selector || selectorText(object);
  const port = known.port || portsText(object);
  if (port === '' && flags['cluster-ip'] !== 'None') {
    throw new KctlError('usage', "couldn't find port via --port flag or introspection");
  }
  const labels = known.labels || labelText(object.metadata.labels);
  return { selector, port, labels };
}

async function expose(
  object: KubeObject,
  found: Found,
  options: ExposeOptions,
  cluster: Cluster,
  { signal }: CommandContext,
): Promise<void> {
  const { flags, dryRun, printer } = options;
  const service = await withOverrides(serviceOf(object, found, protocolsOf(object), flags), flags);
  const resource = findBuiltin('services')!;
  if (dryRun === 'client') {
    if (cluster.namespaceExplicit) service.metadata.namespace = cluster.namespace;
    printer.print(resource, service, 'exposed');
    return;
  }
  if (options.saveConfig) annotateLastApplied(service);
  const answer = await postInNamespace(cluster, resource, service, writeQuery(options), signal);
  printer.print(resource, answer, 'exposed');
}
