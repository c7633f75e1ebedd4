import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type ContextSettings, dashboardShape } from '../../src/settings/dashboard-settings.ts';
import { settingsShape } from '../../src/settings/settings-shape.ts';
import type { JsonSchema, Mistake, Shape } from '../../src/settings/shape.ts';
import {
  aliasesShape,
  hotKeysShape,
  jumpsShape,
  pluginShape,
  pluginsShape,
  viewsShape,
} from '../../src/settings/user-files.ts';
import { parseTheme } from '../../src/theme/parse-theme.ts';
import { themeTokens } from '../../src/theme/tokens.ts';
import { actions } from '../../src/tui/actions/registry.ts';

const root = join(import.meta.dirname, '..', '..');
const cell = (words: string) => words.replaceAll('|', '\\|');

/** The schema of a theme file, from the tokens that parse-theme.ts reads. */
function themeSchema(): JsonSchema {
  const style = { type: 'string', description: 'COLOUR on COLOUR, and any of bold dim italic underline inverse.' };
  const properties = Object.fromEntries(
    Object.entries(themeTokens).map(([token, { about }]) => [token, { ...style, description: about }]),
  );
  return {
    type: 'object',
    description: 'A theme.',
    properties: {
      name: { type: 'string', description: 'Its name.' },
      about: { type: 'string', description: 'One line about it.' },
      kind: { enum: ['dark', 'light'], description: 'The background that it is for.' },
      palette: { type: 'object', additionalProperties: { type: 'string' }, description: 'Colours by name.' },
      styles: { type: 'object', properties, additionalProperties: false, description: 'Looks by token.' },
    },
    required: ['name', 'kind', 'styles'],
    additionalProperties: false,
  };
}

/** The names of actions are known here only, not where settings are read for the command line. */
function withActions(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (key, value) => {
    const isKeys = key === 'keys' && typeof value === 'object' && value.type === 'object';
    return isKeys ? { ...value, propertyNames: { enum: [...actions.keys()].sort() } } : value;
  });
}

function whole(schema: JsonSchema): JsonSchema {
  const draft = 'https://json-schema.org/draft/2020-12/schema';
  const { properties, ...rest } = schema as { properties?: Record<string, unknown> };
  return { $schema: draft, ...rest, properties: { $schema: { type: 'string' }, ...properties } };
}

const schemas: Readonly<Record<string, () => JsonSchema>> = {
  settings: () => whole(withActions(settingsShape.schema)),
  theme: () => whole(themeSchema()),
  aliases: () => whole(aliasesShape.schema),
  hotkeys: () => whole(hotKeysShape.schema),
  jumps: () => whole(jumpsShape.schema),
  plugins: () => whole(pluginsShape.schema),
  views: () => whole(viewsShape.schema),
};

type Described = {
  description?: string;
  type?: unknown;
  enum?: readonly string[];
  properties?: Record<string, Described>;
  additionalProperties?: Described | boolean;
  items?: Described;
  anyOf?: readonly Described[];
};

function typeText(schema: Described): string {
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(' ');
  if (schema.anyOf) return schema.anyOf.map(typeText).join(' or ');
  if (schema.type === 'array') return `list of ${typeText(schema.items!)}`;
  if (schema.type === 'object') return 'map';
  return String(schema.type).replace('string', 'text').replace('boolean', 'true or false').replace('integer', 'number');
}

/** A row for each field, its fields under it. */
function rows(schema: Described, at = ''): string[][] {
  const inside = schema.type === 'array' ? schema.items! : schema;
  const own = Object.entries(inside.properties ?? {}).flatMap(([name, field]) => {
    const path = at ? `${at}.${name}` : name;
    // What differs in a context is told once.
    const further = name === 'contexts' ? [] : rows(field, path);
    return [
      [`\`${path}\``, typeText(field), cell(field.description ?? field.anyOf?.[0]?.description ?? '')],
      ...further,
    ];
  });
  const named = inside.additionalProperties;
  return typeof named === 'object' && named.properties ? [...own, ...rows(named, `${at}.NAME`)] : own;
}

const table = (schema: JsonSchema) =>
  [
    '| field | what it is | what it does |',
    '| --- | --- | --- |',
    ...rows(schema as Described).map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');

const example = {
  protected: ['prod-*'],
  dashboard: {
    theme: { dark: 'fjord', light: 'harbour' },
    language: 'ko',
    keys: { delete: ['ctrl-x'], palette: ['ctrl-p', 'f3'] },
    contexts: { 'prod-*': { readOnly: true, theme: 'ember' } },
  },
};

const pluginExample = `# yaml-language-server: $schema=../kctl/schemas/plugins.schema.json
plugins:
  where:
    shortCut: Shift-H
    description: Where it runs
    scopes: [pods]
    command: kubectl
    background: true
    args: [get, pod, $NAME, -n, $NAMESPACE, -o, wide]
`;

const jumpsExample = `jumps:
  argoproj.io/v1alpha1/applications:
    targetGVR: apps/v1/deployments
    labelSelector: app.kubernetes.io/instance={{.metadata.name}}
    targetNamespace: all
`;

function settingsPage(): string {
  return `# Settings of the dashboard

Made from what the code reads. All files are in \`$XDG_CONFIG_HOME/kctl\` (\`~/.config/kctl\`, \`%APPDATA%\\kctl\`, or \`$KCTL_HOME\` where that is set); \`:settings\` shows which files hold now, what they set and what is wrong in them. They are read again as soon as they change: what is wrong then is told, and the last good version stays.

\`kctl import k9s\` takes along skins, aliases, hot keys, plugins, columns, jumps and settings of k9s; \`--dry-run\` only says what it would do. Skins are made readable where they are not.

The folder \`schemas\` of the installed package has a JSON schema for every file. Editors complete by them: \`"$schema"\` in settings.json, \`# yaml-language-server: $schema=PATH\` in the first line of the others.

A context has files of its own in \`contexts/NAME/\` (\`aliases.yaml\`, \`hotkeys.yaml\`, \`plugins.yaml\`, \`views.yaml\`, \`jumps.yaml\`); they stand over those for all.

## settings.json

\`\`\`json
${JSON.stringify(example, null, 2)}
\`\`\`

${table(settingsShape.schema)}

Names of actions are in [keys.md](keys.md) and in the schema. A key that is given to one action is taken from others that would mean it in the same view.

## aliases.yaml

${table(aliasesShape.schema)}

## hotkeys.yaml

${table(hotKeysShape.schema)}

## plugins.yaml, and the files in plugins/

\`\`\`yaml
${pluginExample}\`\`\`

${table(pluginsShape.schema)}

Variables: \`$NAME\` \`$NAMESPACE\` \`$CONTEXT\` \`$CLUSTER\` \`$USER\` \`$GROUPS\` \`$POD\` \`$CONTAINER\` \`$FILTER\` \`$RESOURCE_GROUP\` \`$RESOURCE_VERSION\` \`$RESOURCE_NAME\` \`$KUBECONFIG\` \`$COL-<COLUMN>\` \`$INPUT_<NAME>\`; \`$!NAME\` turns true and false round. Programs are started without a shell. Where a plugin starts one itself (\`sh -c\`), its script reads the values from the environment: they are never read as code. \`kubectl\` and \`kctl\` are this program, on the connection that is open.

## views.yaml

${table(viewsShape.schema)}

## jumps.yaml

\`\`\`yaml
${jumpsExample}\`\`\`

${table(jumpsShape.schema)}

Enter on an object of such a kind opens the other kind instead of what it would open by itself. A template that wants a field which the object does not have is an error. By which fields a server selects is its own matter: of custom kinds those that their definition calls selectable.

## themes/NAME.yaml

See [theme-tokens.md](theme-tokens.md). \`kctl theme\` lists the themes and shows them, \`:theme\` tries them on.
`;
}

test.each(Object.entries(schemas))(
  'schemas/%s.schema.json says what the code reads (UPDATE_DOCS=1 writes it anew)',
  (name, schema) => {
    const path = join(root, 'schemas', `${name}.schema.json`);
    const text = `${JSON.stringify(schema(), null, 2)}\n`;
    if (process.env['UPDATE_DOCS'] === '1') {
      mkdirSync(join(root, 'schemas'), { recursive: true });
      writeFileSync(path, text);
    }
    expect(readFileSync(path, 'utf8')).toBe(text);
  },
);

test('docs/settings.md says what the code reads (UPDATE_DOCS=1 writes it anew)', () => {
  const path = join(root, 'docs', 'settings.md');
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, settingsPage());
  expect(readFileSync(path, 'utf8')).toBe(settingsPage());
});

function mistakesIn(shape: Shape<unknown>, raw: unknown): Mistake[] {
  const mistakes: Mistake[] = [];
  shape.read(raw, '', (mistake) => mistakes.push(mistake));
  return mistakes;
}

describe('the examples', () => {
  test('are right', () => {
    expect(mistakesIn(settingsShape, example)).toEqual([]);
    expect(mistakesIn(pluginsShape, parse(pluginExample))).toEqual([]);
    expect(mistakesIn(jumpsShape, parse(jumpsExample))).toEqual([]);
    for (const action of Object.keys(example.dashboard.keys)) expect(actions.has(action)).toBe(true);
  });

  test('a schema and what is read agree on what is required and what there is', () => {
    const { required } = pluginShape.schema as { required: string[] };
    expect(mistakesIn(pluginShape, {}).map(({ at }) => at)).toEqual([required[0]]);
    const settings: ContextSettings = { readOnly: true };
    expect(mistakesIn(dashboardShape, settings)).toEqual([]);
    expect(mistakesIn(dashboardShape, { nothing: 1 })).toHaveLength(1);
  });
});

test('every theme that comes with kctl has only what its schema has', () => {
  const folder = join(root, 'themes');
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), 'utf8');
    const { styles } = (themeSchema() as { properties: { styles: { properties: object } } }).properties;
    for (const token of Object.keys(parseTheme(text, file).styles)) expect(styles.properties).toHaveProperty([token]);
  }
});
