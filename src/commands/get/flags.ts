import type { FlagSpec } from '../command.ts';
import { contextsFlag } from '../shared/many-contexts-flag.ts';
import { getFormats, ownFormatsBeside } from '../shared/output-format.ts';
import {
  allNamespacesFlag,
  chunkSizeFlag,
  fieldSelectorFlag,
  fileFlags,
  printFlags,
  selectorFlag,
} from '../shared/print-flags.ts';
import { whereFlag } from '../shared/where.ts';

export const getFlags: readonly FlagSpec[] = [
  allNamespacesFlag,
  chunkSizeFlag,
  contextsFlag,
  fieldSelectorFlag,
  ...fileFlags('the objects to look up'),
  bool('ignore-not-found', 'Say nothing about named objects that do not exist, and exit with 0.'),
  {
    name: 'label-columns',
    short: 'L',
    type: 'stringSlice',
    default: [],
    describe: 'Labels to show as columns; separate with commas or repeat the flag.',
  },
  bool('no-headers', 'Print no headers in tables.'),
  ...printFlags(getFormats.join(', '), ownFormatsBeside(getFormats)),
  bool('output-watch-events', 'With --watch, print what happened beside each object.'),
  { name: 'raw', type: 'string', default: '', describe: 'Path on the server to read as it is.' },
  selectorFlag,
  { ...bool('server-print', 'Let the server make the table; false shows only names and ages.'), default: true },
  bool('show-kind', 'Print the kind in front of every name.'),
  bool('show-labels', 'Print all labels in a last column.'),
  { name: 'sort-by', type: 'string', default: '', describe: 'Sort by this field, a JSONPath such as .metadata.name.' },
  {
    name: 'subresource',
    type: 'string',
    default: '',
    describe: 'Read this subresource of the objects (status, scale).',
  },
  { ...bool('watch', 'After listing, follow the changes.'), short: 'w' },
  bool('watch-only', 'Follow the changes without listing first.'),
  whereFlag,
];

function bool(name: string, describe: string): FlagSpec {
  return { name, type: 'bool', default: false, describe };
}
