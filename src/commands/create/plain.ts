import { KctlError } from '../../lib/errors.ts';
import { parseQuantity } from '../../lib/quantity.ts';
import { creationCommand, type MakeRequest } from './creation.ts';

function checkName({ name }: MakeRequest): void {
  if (name === '') throw new KctlError('usage', 'name must be specified');
}

/** `kctl create namespace`. */
export const createNamespaceCommand = creationCommand({
  apiVersion: 'v1',
  kind: 'Namespace',
  flags: [],
  check: checkName,
  make: ({ name }) => ({ metadata: { name } }),
});

/** `kctl create serviceaccount`. */
export const createServiceAccountCommand = creationCommand({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  flags: [],
  failure: 'failed to create serviceaccount: ',
  check: checkName,
  make: ({ name }) => ({ metadata: { name } }),
});

/** `kctl create priorityclass`. */
export const createPriorityClassCommand = creationCommand({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  flags: [
    { name: 'description', type: 'string', default: '', describe: 'What the class is for.' },
    { name: 'global-default', type: 'bool', default: false, describe: 'Give it to pods that name no class.' },
    {
      name: 'preemption-policy',
      type: 'string',
      default: 'PreemptLowerPriority',
      describe: 'Whether its pods may take the place of others: PreemptLowerPriority or Never.',
    },
    { name: 'value', type: 'int32', default: 0, describe: 'The priority; higher goes first.' },
  ],
  failure: 'failed to create priorityclass: ',
  make: ({ name, flags }) => ({
    metadata: { name },
    value: flags.value,
    globalDefault: flags['global-default'],
    description: flags.description,
    preemptionPolicy: flags['preemption-policy'],
  }),
});

/** `kctl create quota`. */
export const createQuotaCommand = creationCommand({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  flags: [
    { name: 'hard', type: 'string', default: '', describe: 'The limits: cpu=1,memory=1G,pods=2.' },
    { name: 'scopes', type: 'string', default: '', describe: 'What the objects that count have to be: BestEffort,...' },
  ],
  failure: 'failed to create quota: ',
  check: checkName,
  make({ name, flags }) {
    const hard = limits(String(flags.hard));
    const scopes = flags.scopes === '' ? [] : String(flags.scopes).split(',');
    if (scopes.includes('')) throw new KctlError('usage', 'invalid resource quota scope ""');
    return { metadata: { name }, spec: { hard, scopes } };
  },
});

function limits(text: string): Record<string, string> {
  const hard: Record<string, string> = {};
  for (const statement of text === '' ? [] : text.split(',')) {
    const [resource = '', amount, ...more] = statement.split('=');
    if (amount === undefined || more.length > 0) {
      throw new KctlError('usage', `Invalid argument syntax ${statement}, expected <resource>=<value>`);
    }
    hard[resource] = parseQuantity(amount).toString();
  }
  return hard;
}
