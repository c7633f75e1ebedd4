import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { parseDocument } from 'yaml';
import { type ContextSettings, type DashboardSettings, dashboardShape, settingsIn } from './dashboard-settings.ts';
import { settingsFile } from './settings.ts';
import { type Mistake, map, mistakesText, type Shape } from './shape.ts';
import {
  aliasesShape,
  type HotKey,
  hotKeysShape,
  type Jump,
  jumpsShape,
  type Plugin,
  pluginShape,
  pluginsShape,
  type ViewColumns,
  viewsShape,
} from './user-files.ts';

type Environment = Record<string, string | undefined>;

/** Everything that a user has set for one context. */
export interface UserFiles {
  settings: ContextSettings;
  aliases: Readonly<Record<string, string>>;
  hotKeys: Readonly<Record<string, HotKey>>;
  plugins: Readonly<Record<string, Plugin>>;
  /** Columns by what k9s' views.yaml calls a table: `v1/pods`, `apps/v1/deployments@shop`. */
  views: Readonly<Record<string, ViewColumns>>;
  /** Where Enter leads, by the kind that it leads from: `apps/v1/deployments`. */
  jumps: Readonly<Record<string, Jump>>;
  /** What is wrong, a message for each file; what they have besides is read. */
  problems: readonly string[];
}

export const noUserFiles: UserFiles = {
  settings: {},
  aliases: {},
  hotKeys: {},
  plugins: {},
  views: {},
  jumps: {},
  problems: [],
};

/** The folder of settings.json and the files beside it. */
export function settingsFolder(env: Environment): string {
  return dirname(settingsFile(env));
}

/** A folder inside that for what holds in one context only. */
export function contextFolder(env: Environment, context: string): string {
  return join(settingsFolder(env), 'contexts', context.replace(/[^\w.@-]+/g, '-') || '-');
}

type Tell = (file: string, mistakes: readonly Mistake[]) => void;

/** @returns undefined where there is no such file, or nothing in it can be read, which is told */
function readFile<Value>(file: string, shape: Shape<Value>, parse: (text: string) => unknown, tell: Tell) {
  const mistakes: Mistake[] = [];
  try {
    if (!existsSync(file)) return undefined;
    const raw = parse(readFileSync(file, 'utf8'));
    const value = raw === null || raw === undefined ? undefined : shape.read(raw, '', (one) => mistakes.push(one));
    if (mistakes.length > 0) tell(file, mistakes);
    return value;
  } catch (error) {
    tell(file, [{ at: '', text: (error as Error).message.split('\n')[0]! }]);
    return undefined;
  }
}

/** @throws the first thing that is no YAML, with its line */
function parseYaml(text: string): unknown {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw error;
  return document.toJS();
}

const isMap = (raw: unknown): raw is Record<string, unknown> => typeof raw === 'object' && raw !== null;

/** A file in a folder of plugins holds some under `plugins`, some by name, or one that is called as the file. */
function pluginFile(called: string): Shape<Readonly<Record<string, Plugin>>> {
  const named = map('Plugins by name.', pluginShape);
  return {
    schema: named.schema,
    read(raw, at, tell) {
      if (isMap(raw) && 'plugins' in raw) return pluginsShape.read(raw, at, tell)?.plugins;
      if (!isMap(raw) || !('shortCut' in raw)) return named.read(raw, at, tell);
      const plugin = pluginShape.read(raw, at, tell);
      return plugin && { [called]: plugin };
    },
  };
}

function readPlugins(folder: string, tell: Tell): Record<string, Plugin> {
  const own = readFile(join(folder, 'plugins.yaml'), pluginsShape, parseYaml, tell)?.plugins ?? {};
  const inFolder = join(folder, 'plugins');
  const files = existsSync(inFolder) ? (readdirSync(inFolder, { recursive: true }) as string[]) : [];
  const further = files
    .filter((file) => /^\.ya?ml$/.test(extname(file)))
    .sort()
    .map((file) => readFile(join(inFolder, file), pluginFile(file.replace(/\.ya?ml$/, '')), parseYaml, tell) ?? {});
  return Object.assign({}, ...further, own);
}

function readDashboard(file: string, tell: Tell): DashboardSettings | undefined {
  // The rest of the file is read, and told of, by those it is for.
  const section: Shape<DashboardSettings | undefined> = {
    schema: {},
    read: (raw, _, mistake) =>
      isMap(raw) && raw['dashboard'] !== undefined
        ? dashboardShape.read(raw['dashboard'], 'dashboard', mistake)
        : undefined,
  };
  return readFile(file, section, JSON.parse, tell);
}

/** What is set for `context`; its own files stand over those for all. Never fails: what is wrong is told in `problems`. */
export function readUserFiles(env: Environment, context: string): UserFiles {
  const problems: string[] = [];
  const tell: Tell = (file, mistakes) => problems.push(mistakesText(file, mistakes));
  const folders = [settingsFolder(env), contextFolder(env, context)];
  const merged = <Value>(read: (folder: string) => Readonly<Record<string, Value>> | undefined) =>
    Object.assign({}, ...folders.map((folder) => read(folder) ?? {})) as Record<string, Value>;
  const inFile = <Value>(name: string, shape: Shape<Value>) => {
    return (folder: string) => readFile(join(folder, name), shape, parseYaml, tell);
  };
  const aliases = inFile('aliases.yaml', aliasesShape);
  const hotKeys = inFile('hotkeys.yaml', hotKeysShape);
  const views = inFile('views.yaml', viewsShape);
  const jumps = inFile('jumps.yaml', jumpsShape);
  return {
    settings: settingsIn(readDashboard(settingsFile(env), tell) ?? {}, context),
    aliases: merged((folder) => aliases(folder)?.aliases),
    hotKeys: merged((folder) => hotKeys(folder)?.hotKeys),
    plugins: merged((folder) => readPlugins(folder, tell)),
    views: merged((folder) => views(folder)?.views),
    jumps: merged((folder) => jumps(folder)?.jumps),
    problems,
  };
}
