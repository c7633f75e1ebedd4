import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { replaceFile } from '../../../lib/replace-file.ts';
import { contextFolder, settingsFolder } from '../../../settings/read-user-files.ts';
import { readSettings, settingsFile } from '../../../settings/settings.ts';
import type { Mistake, Shape } from '../../../settings/shape.ts';
import { aliasesShape, hotKeysShape, jumpsShape, pluginsShape, viewsShape } from '../../../settings/user-files.ts';
import { themeNames, userThemeFolder } from '../../../theme/load-theme.ts';
import { configSettings } from './config-settings.ts';
import { yamlFiles } from './find.ts';
import { skinToTheme } from './skin-to-theme.ts';

type Environment = Record<string, string | undefined>;

/** One file to write. */
export interface ImportedFile {
  from: string;
  to: string;
  text: string;
  /** What was changed on the way, and what of it cannot be used. */
  notes: readonly string[];
}

export interface ImportPlan {
  files: readonly ImportedFile[];
  /** Files with their reasons that are not taken along. */
  left: readonly string[];
}

/** Files that are read as they are, and what they have to look like. */
const copied: Readonly<Record<string, Shape<unknown>>> = {
  'aliases.yaml': aliasesShape,
  'hotkeys.yaml': hotKeysShape,
  'plugins.yaml': pluginsShape,
  'views.yaml': viewsShape,
  'jumps.yaml': jumpsShape,
};

const without: Readonly<Record<string, string>> = {
  'benchmarks.yaml': 'benchmarks are not set by files',
};

function copy(from: string, to: string, shape: Shape<unknown> | undefined): ImportedFile {
  const text = readFileSync(from, 'utf8');
  const notes: string[] = [];
  const tell = ({ at, text: words }: Mistake) => notes.push(`${at}: ${words}`);
  try {
    shape?.read(parse(text) ?? {}, '', tell);
  } catch (error) {
    notes.push((error as Error).message.split('\n')[0]!);
  }
  return { from, to, text, notes };
}

const nameOf = (file: string) => basename(file).replace(/\.ya?ml$/, '');

function importSkin(from: string, env: Environment): ImportedFile | string {
  const name = nameOf(from);
  try {
    const { text, repaired } = skinToTheme(name, parse(readFileSync(from, 'utf8')));
    return { from, to: join(userThemeFolder(env), `${name}.yaml`), text, notes: repaired };
  } catch (error) {
    return `${from}: ${(error as Error).message.split('\n')[0]}`;
  }
}

/** What one folder of k9s has for us. Nothing is written. */
function planFolder(folder: string, env: Environment): ImportPlan {
  const files: ImportedFile[] = [];
  const left: string[] = [];
  const own = settingsFolder(env);
  for (const file of yamlFiles(folder)) {
    const from = join(folder, file);
    const parts = file.split(/[\\/]/);
    const name = parts.at(-1)!;
    const [top, , context] = parts;
    const isForContext = top === 'clusters' && parts.length === 4;
    const target = isForContext ? contextFolder(env, context!) : own;
    if (top === 'skins') {
      const theme = importSkin(from, env);
      if (typeof theme === 'string') left.push(theme);
      else files.push(theme);
    } else if (top === 'plugins') files.push(copy(from, join(own, file), undefined));
    else if ((parts.length === 1 || isForContext) && Object.hasOwn(copied, name)) {
      files.push(copy(from, join(target, name), copied[name]));
    } else if (name !== 'config.yaml' && name !== 'config.yml') {
      left.push(`${from}: ${without[name] ?? 'there is nothing like it here'}`);
    }
  }
  return { files, left };
}

/** @returns everything that `folders` hold, and the settings with what their config files say besides */
export function planImport(folders: readonly string[], env: Environment): ImportPlan {
  const plans = folders.map((folder) => planFolder(folder, env));
  const skins = folders.flatMap((folder) => yamlFiles(join(folder, 'skins'))).map(nameOf);
  const settings = configSettings(folders, readSettings(env), [...skins, ...themeNames(env)]);
  const file = settingsFile(env);
  return {
    files: [
      ...plans.flatMap(({ files }) => files),
      ...(settings.changed
        ? [
            {
              from: settings.from.join(', '),
              to: file,
              text: `${JSON.stringify(settings.settings, null, 2)}\n`,
              notes: settings.notes,
            },
          ]
        : []),
    ],
    left: [...plans.flatMap(({ left }) => left), ...settings.left],
  };
}

/** Whether a file would be new, is there as it would be written, or is there and different. */
export function stateOf({ to, text }: ImportedFile): 'new' | 'same' | 'different' {
  if (!existsSync(to)) return 'new';
  return readFileSync(to, 'utf8') === text ? 'same' : 'different';
}

/** @throws the error of the file system */
export function writeImported({ to, text }: ImportedFile): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  replaceFile(to, text);
}
