import { forwardsOf } from '../state/forwards-start.ts';
import { say } from '../words/say.ts';
import type { ActionHost } from './action.ts';
import { moveToBackground } from './forwards-background.ts';

/**
 * Quits. Forwards that would end with the dashboard are told first, or given to the background, as the settings say.
 * @throws KctlError where they cannot be given: then it is not quit
 */
export async function leave(host: ActionHost, quit: () => void): Promise<void> {
  const own = host.services.forwards?.desk.own.filter(({ phase }) => phase !== 'lost') ?? [];
  const { atQuit = 'ask' } = host.userFiles.settings.forwards ?? {};
  if (own.length === 0 || atQuit === 'end') return quit();
  if (atQuit === 'ask') {
    const [end, keep] = [say('end'), say('go on in the background')];
    const values = await host.ask({
      title: say('Quit?'),
      lines: [
        say('Forwards that end with the dashboard: {count}', { count: own.length }),
        ...own.map(({ url, target, open }) => {
          const line = `${url} -> ${target}`;
          return open > 0 ? say('{line}, {count} connections are open', { line, count: open }) : line;
        }),
      ],
      confirmLabel: say('Quit'),
      fields: [{ id: 'forwards', label: say('They'), options: [end, keep], value: 0 }],
    });
    if (!values) return;
    if (values['forwards'] === end) return quit();
  }
  await moveToBackground(
    host,
    own.filter(({ id }) => forwardsOf(host.services).desk.own.some((one) => one.id === id)),
  );
  quit();
}
