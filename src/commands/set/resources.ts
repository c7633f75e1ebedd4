import { KctlError } from '../../lib/errors.ts';
import { canonicalQuantity } from '../../lib/quantity.ts';
import { defineCommand } from '../command.ts';
import { objectSelectionFlags } from '../shared/select-objects.ts';
import { type Container, containersOf, podSpecOf } from './pod-template.ts';
import { readTargets } from './read-targets.ts';
import type { SetTarget } from './targets.ts';
import { changeObjects, type WriteOptions, writeFlags } from './update.ts';

type Quantities = ReadonlyMap<string, string>;

interface ResourcesOptions extends WriteOptions {
  targets: readonly SetTarget[];
  containers: string;
  limits: Quantities | undefined;
  requests: Quantities | undefined;
}

/** `kctl set resources`: requests and limits of containers. */
export const setResourcesCommand = defineCommand<ResourcesOptions>({
  flags: [
    ...objectSelectionFlags('the objects to change', ['all', 'selector', 'where']),
    {
      name: 'containers',
      short: 'c',
      type: 'string',
      default: '*',
      describe: 'The containers to change by name; * stands for any letters.',
    },
    { name: 'limits', type: 'string', default: '', describe: 'The limits: cpu=100m,memory=256Mi.' },
    { name: 'requests', type: 'string', default: '', describe: 'The requests: cpu=100m,memory=256Mi.' },
    ...writeFlags,
  ],
  async complete({ args, flags }, context) {
    const { write, targets } = await readTargets(args, flags, context);
    const [limits, requests] = [String(flags.limits), String(flags.requests)];
    if (limits === '' && requests === '') {
      throw new KctlError(
        'usage',
        'you must specify an update to requests or limits (in the form of --requests/--limits)',
      );
    }
    return {
      ...write,
      targets,
      containers: String(flags.containers),
      limits: readQuantities(limits),
      requests: readQuantities(requests),
    };
  },
  async run({ targets, containers, limits, requests, ...write }, context) {
    const failures: KctlError[] = [];
    const change = {
      operation: 'resource requirements updated',
      refusal: 'failed to patch resources update to pod template ',
      apply(object: SetTarget['object']) {
        const chosen = containersOf(podSpecOf(object), containers);
        for (const container of chosen) {
          put(container, 'limits', limits);
          put(container, 'requests', requests);
        }
        if (chosen.length > 0) return true;
        failures.push(new KctlError('input', `error: unable to find container named ${containers}`));
        return false;
      },
    };
    await changeObjects(targets, change, write, context, failures);
  },
});

/** @throws KctlError `usage` */
function readQuantities(text: string): Quantities | undefined {
  if (text === '') return undefined;
  const quantities = new Map<string, string>();
  for (const statement of text.split(',')) {
    const [name = '', amount, ...more] = statement.split('=');
    if (amount === undefined || more.length > 0) {
      throw new KctlError('usage', `Invalid argument syntax ${statement}, expected <resource>=<value>`);
    }
    quantities.set(name, canonicalQuantity(amount));
  }
  return quantities;
}

function put(container: Container, which: 'limits' | 'requests', quantities: Quantities | undefined): void {
  if (!quantities) return;
  container.resources ??= {};
  container.resources[which] = { ...container.resources[which], ...Object.fromEntries(quantities) };
}
