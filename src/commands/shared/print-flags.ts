import type { FlagSpec } from '../command.ts';

/** Flag sets that many verbs share; descriptions are the same everywhere, so they are said once. */

export const selectorFlag: FlagSpec = {
  name: 'selector',
  short: 'l',
  type: 'string',
  default: '',
  describe: 'Label query to filter on: key=value, key!=value, key in (a,b), key, !key; separate several with commas.',
};

export const fieldSelectorFlag: FlagSpec = {
  name: 'field-selector',
  type: 'string',
  default: '',
  describe: 'Field query to filter on (metadata.name=x); what can be queried depends on the type.',
};

export const allNamespacesFlag: FlagSpec = {
  name: 'all-namespaces',
  short: 'A',
  type: 'bool',
  default: false,
  describe: 'Use the objects of all namespaces.',
};

export const chunkSizeFlag: FlagSpec = {
  name: 'chunk-size',
  type: 'int',
  default: 500,
  describe: 'How many objects to ask for at a time; 0 asks for all at once.',
};

export function fileFlags(what: string): readonly FlagSpec[] {
  return [
    {
      name: 'filename',
      short: 'f',
      type: 'stringSlice',
      default: [],
      describe: `File, folder or URL with ${what}; - is the standard input.`,
    },
    { name: 'kustomize', short: 'k', type: 'string', default: '', describe: 'Folder of a kustomization.' },
    {
      name: 'recursive',
      short: 'R',
      type: 'bool',
      default: false,
      describe: 'Read the folders of -f with their folders.',
    },
  ];
}

/**
 * @param formats those of kubectl
 * @param ownValues formats that only kctl has
 */
export function printFlags(formats: string, ownValues?: FlagSpec['ownValues']): readonly FlagSpec[] {
  return [
    {
      name: 'output',
      short: 'o',
      type: 'string',
      default: '',
      describe: `Output format. One of: (${formats}).`,
      ...(ownValues && { ownValues }),
    },
    {
      name: 'template',
      type: 'string',
      default: '',
      describe: 'Template, or file with the template, of -o jsonpath and the like.',
    },
    {
      name: 'allow-missing-template-keys',
      type: 'bool',
      default: true,
      describe: 'Print nothing where a template names a field that is missing; false makes that an error.',
    },
    {
      name: 'show-managed-fields',
      type: 'bool',
      default: false,
      describe: 'Keep managedFields in JSON and YAML output.',
    },
  ];
}

export const dryRunFlag: FlagSpec = {
  name: 'dry-run',
  type: 'string',
  default: 'none',
  bare: 'unchanged',
  describe:
    'none; client: show what would be sent, and send nothing; server: let the server go through it and keep nothing.',
};

/** Not one of kubectl's. */
export const previewFlag: FlagSpec = {
  name: 'preview',
  type: 'bool',
  default: false,
  describe: 'Show what would happen, with all that comes of it, and do nothing.',
  own: true,
};

export function fieldManagerFlag(manager: string): FlagSpec {
  return {
    name: 'field-manager',
    type: 'string',
    default: manager,
    describe: 'Name under which the server keeps whose fields they are.',
  };
}

export const validateFlag: FlagSpec = {
  name: 'validate',
  type: 'string',
  default: 'strict',
  bare: 'strict',
  describe: 'What unknown and doubled fields mean: strict (true) is an error, warn a warning, ignore (false) nothing.',
};
