import { KctlError } from '../../lib/errors.ts';
import { parseLabelSelector, type Selector } from '../../lib/label-selector.ts';
import { defineCommand } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import { type ObjectSelection, objectSelectionFlags, readObjectSelection } from '../shared/select-objects.ts';
import { findTargets, localRefused, type SetTarget } from './targets.ts';
import { changeObjects, readWriteOptions, type WriteOptions, writeFlags } from './update.ts';

type Requirements = Selector['requirements'];

interface SelectorOptions extends WriteOptions {
  selection: ObjectSelection;
  requirements: Requirements | undefined;
  resourceVersion: string;
}

/** `kctl set selector`: which pods a service sends to. */
export const setSelectorCommand = defineCommand<SelectorOptions>({
  flags: [
    ...objectSelectionFlags('the objects to change', ['all', 'where'])
      .filter(({ name }) => name !== 'kustomize')
      .map((flag) => (flag.name === 'recursive' ? { ...flag, default: true } : flag)),
    ...writeFlags,
    { name: 'resource-version', type: 'string', default: '', describe: 'Change only this version of the object.' },
  ],
  async complete({ args, flags }, { io }) {
    const write = readWriteOptions(flags, io);
    const last = args.at(-1);
    const given = await readObjectSelection(args.slice(0, -1), { flags: { ...flags, all: false } });
    return {
      ...write,
      selection: { ...given, nameOptional: flags.all === true },
      requirements: last === undefined ? undefined : readRequirements(last),
      resourceVersion: String(flags['resource-version']),
    };
  },
  validate({ requirements }) {
    if (!requirements) throw new KctlError('usage', 'one selector is required');
  },
  async run({ selection, requirements = [], resourceVersion, ...write }, context) {
    if (selection.local && selection.args.length > 0) throw localRefused();
    const targets = await findTargets(selection, context);
    const errors: unknown[] = [];
    const change = {
      operation: 'selector updated',
      refusal: '',
      always: true,
      apply: (object: SetTarget['object']) => setSelector(object, requirements, resourceVersion),
    };
    for (const target of targets) {
      try {
        if (resourceVersion !== '') delete target.object.metadata.resourceVersion;
        setSelector(structuredClone(target.object), requirements, resourceVersion);
        await changeObjects([target], change, write, context);
      } catch (error) {
        errors.push(error);
      }
    }
    throwCollected(errors);
  },
});

/** @throws KctlError `usage` for what a LabelSelector cannot say */
function readRequirements(text: string): Requirements {
  let requirements: Requirements;
  try {
    requirements = parseLabelSelector(text).requirements;
  } catch (error) {
    if (!(error instanceof KctlError)) throw error;
    throw new KctlError('usage', `couldn't parse the selector string "${text}": ${error.message}`, { cause: error });
  }
  for (const { operator } of requirements) {
    if (operator === '!=') throw new KctlError('usage', '"!=" is not a valid label selector operator');
    const compared = { '>': 'gt', '<': 'lt' }[operator as string];
    if (compared) throw new KctlError('usage', `"${compared}" isn't supported in label selectors`);
  }
  return requirements;
}

const expressionOperators: Readonly<Record<string, string>> = {
  in: 'In',
  notin: 'NotIn',
  exists: 'Exists',
  '!': 'DoesNotExist',
};

function setSelector(object: SetTarget['object'], requirements: Requirements, resourceVersion: string): boolean {
  if (resourceVersion !== '') object.metadata.resourceVersion = resourceVersion;
  if (object.apiVersion !== 'v1' || object.kind !== 'Service') {
    throw new KctlError('input', 'setting a selector is only supported for Services');
  }
  const others = requirements.filter(({ operator }) => operator !== '=');
  if (others.length > 0) {
    const shown = others.map(
      ({ key, operator, values }) => `{${key} ${expressionOperators[operator] ?? operator} [${values.join(' ')}]}`,
    );
    throw new KctlError('input', `match expression [${shown.join(' ')}] not supported on this object`);
  }
  object.spec ??= {};
  object.spec.selector = Object.fromEntries(requirements.map(({ key, values }) => [key, values[0] ?? '']));
  return true;
}
