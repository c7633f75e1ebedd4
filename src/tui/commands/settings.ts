import { contextFolder, settingsFolder } from '../../settings/read-user-files.ts';
import { keyLabel } from '../keys.ts';
import { changedKeys } from '../settings/changed-keys.ts';
import { DocumentModel } from '../views/document-model.ts';
import { paintPage } from '../views/paint-text.ts';
import { say, sayAssembled } from '../words/say.ts';
import type { DashboardCommand } from './command.ts';

/** Looks and settings. */
export const settingsCommands: readonly DashboardCommand[] = [
  {
    names: ['theme', 'themes', 'skin'],
    usage: '[NAME]',
    about: 'another theme; without a name a list that shows each',
    complete: ({ themes }, args) => (args.length === 0 ? themes : []),
    async run(host, { args: [name] }) {
      if (name !== undefined) return host.showTheme(name);
      const before = host.theme;
      const picked = await host.pick({
        title: say('Themes'),
        items: host.known.themes.map((id) => ({ id, label: id })),
        at: before.name,
        onMove: (item) => {
          try {
            if (item) host.showTheme(item.id);
          } catch (error) {
            host.fail(error);
          }
        },
      });
      if (!picked) host.wear(before);
    },
  },
  {
    names: ['settings', 'config'],
    about: 'what is set, by which files, and what is wrong in them',
    run(host) {
      host.push(
        new DocumentModel({
          view: { type: 'document', content: 'settings' },
          load: async () => settingsText(host),
          paint: paintPage,
        }),
      );
    },
  },
];

function settingsText(host: Parameters<DashboardCommand['run']>[0]): string {
  const { env, cluster } = host.services;
  const { settings, aliases, hotKeys, plugins, views, jumps } = host.userFiles;
  const block = (title: string, lines: readonly string[]) => (lines.length > 0 ? [say(title), ...lines, ''] : []);
  const entry = (name: string, value: string) => `  ${name.padEnd(20)}  ${value}`;
  const { keys: _, ...plain } = settings;
  return [
    ...block(
      'Wrong',
      host.problems.flatMap((problem) =>
        sayAssembled(problem)
          .split('\n')
          .map((line) => `  ${line}`),
      ),
    ),
    ...block('Files', [
      entry(say('for all contexts'), settingsFolder(env)),
      entry(say('for this one'), contextFolder(env, cluster.contextName)),
    ]),
    ...block(
      'Set',
      Object.entries(plain).map(([name, value]) => entry(name, JSON.stringify(value))),
    ),
    ...block(
      'Keys',
      changedKeys(host.bindings()).map(({ keys, label }) => entry(keys.map(keyLabel).join(' '), say(label))),
    ),
    ...block(
      'Aliases',
      Object.entries(aliases).map(([name, line]) => entry(name, line)),
    ),
    ...block(
      'Hot keys',
      Object.entries(hotKeys).map(([, { shortCut, command }]) => entry(shortCut, command)),
    ),
    ...block(
      'Programs',
      Object.entries(plugins).map(([name, { shortCut, command, args = [] }]) =>
        entry(shortCut, `${name}: ${[command, ...args].join(' ')}`),
      ),
    ),
    ...block(
      'Columns',
      Object.entries(views).map(([name, { columns = [] }]) => entry(name, columns.join(' '))),
    ),
    ...block(
      'Enter leads to',
      Object.entries(jumps).map(([name, { targetGVR, labelSelector = '', fieldSelector = '' }]) =>
        entry(name, [targetGVR, labelSelector, fieldSelector].filter(Boolean).join('  ')),
      ),
    ),
  ].join('\n');
}
