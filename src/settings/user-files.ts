import { choice, flag, list, map, object, type ReadOf, type Shape, text } from './shape.ts';

/** What k9s writes into its files, so that they can be read as they are; what is ours besides says so. */

export const aliasesShape = object('Words of your own for the command line of the dashboard.', {
  aliases: map('By word: a kind, or a whole line with namespace, filter and context.', text('What it stands for.')),
});

const shortCut = text('The key: a, Shift-A, Ctrl-A, Alt-A, F5.');
const override = flag('May take the place of a key of the dashboard. Default: false.');

export const hotKeysShape = object('Keys that run lines of the command line.', {
  hotKeys: map(
    'By a name of your own.',
    object(
      'One key.',
      {
        shortCut,
        override,
        description: text('What help and hints say.'),
        command: text(
          'The line, as typed after ":". $NAME and the other variables of plugins stand for what is selected.',
        ),
        keepHistory: flag('Esc comes back to the view before. Default: false.'),
      },
      ['shortCut', 'command'],
    ),
  ),
});

const scalar: Shape<string> = {
  schema: { type: ['string', 'number', 'boolean'], description: 'A text.' },
  read(raw, at, tell) {
    if (['string', 'number', 'boolean'].includes(typeof raw)) return String(raw);
    tell({ at, text: 'has to be a text' });
    return undefined;
  },
};

export const pluginShape = object(
  'One program.',
  {
    shortCut,
    override,
    confirm: flag('Asks first. Default: false.'),
    description: text('What help and hints say.'),
    scopes: list('Kinds by any of their names, "all", and names of views.', text('A kind.')),
    command: text('The program. It is started as it is, not by a shell.'),
    args: list('Its arguments. $NAME, $NAMESPACE and the other variables stand for what is selected.', scalar),
    pipes: list(
      'Programs that its output goes through, one after the other, each with its arguments.',
      text('A program.'),
    ),
    background: flag('Runs behind the screen instead of on it. Default: false.'),
    overwriteOutput: flag('What it printed is the message that it has run. Default: false.'),
    dangerous: flag('It changes things: not offered in read-only mode. Default: false.'),
    inputs: list(
      'What is asked before it runs: $INPUT_<NAME> stands for the answer.',
      object(
        'One question.',
        {
          name: text('The name of its variable.'),
          label: text('What the dialog calls it.'),
          type: choice('What may be answered.', ['string', 'number', 'bool', 'dropdown']),
          required: flag('Whether it has to be answered. Default: false.'),
          default: scalar,
          options: list('What there is to choose from.', scalar),
        },
        ['name'],
      ),
      5,
    ),
    output: choice(
      "Where its output goes: on the terminal, on a page of the dashboard, or into a message. kctl's own. Default: the terminal; in the background a page, where there is more than a line.",
      ['terminal', 'page', 'message'],
    ),
  },
  ['shortCut', 'command'],
);

export const pluginsShape = object('Programs of your own on keys of the dashboard.', {
  plugins: map('By a name of your own.', pluginShape),
});

export const viewsShape = object('Columns of tables, as k9s has them.', {
  views: map(
    'By group, version and resource (v1/pods, apps/v1/deployments), with @NAMESPACE behind it where it is for some namespaces only.',
    object('One table.', {
      columns: list('NAME, NAME:JSONPATH, and behind | any of T N W S H L R.', text('A column.')),
      sortColumn: text('The column to sort by: NAME:asc or NAME:desc.'),
    }),
  ),
});

const template = 'A template of Go ({{.metadata.name}}) takes what the object under the cursor has.';

export const jumpsShape = object('Where Enter leads, as k9s has it.', {
  jumps: map(
    'By the kind that it leads from: GROUP/VERSION/RESOURCE, or VERSION/RESOURCE.',
    object(
      'One way.',
      {
        targetGVR: text('The kind that it leads to: GROUP/VERSION/RESOURCE, or VERSION/RESOURCE.'),
        labelSelector: text(`Which of them, by their labels. ${template}`),
        fieldSelector: text(`Which of them, by their fields, as far as the server selects by them. ${template}`),
        targetNamespace: text("Where they are: empty is the object's own namespace, `all` is all, else a name."),
      },
      ['targetGVR'],
    ),
  ),
});

export type Jump = NonNullable<ReadOf<typeof jumpsShape>['jumps']>[string];
export type HotKey = NonNullable<ReadOf<typeof hotKeysShape>['hotKeys']>[string];
export type Plugin = ReadOf<typeof pluginShape>;
export type PluginInput = NonNullable<Plugin['inputs']>[number];
export type ViewColumns = NonNullable<ReadOf<typeof viewsShape>['views']>[string];
