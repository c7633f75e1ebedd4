import { type Instance, render } from 'ink';
import { createElement } from 'react';
import type { TerminalWritable } from '../lib/io.ts';
import { App } from './app.tsx';
import type { Dashboard } from './dashboard.ts';

export interface Screen {
  instance: Instance;
  close(): void;
}

/** Puts the dashboard on a terminal and keeps to its size. */
export function openScreen(dashboard: Dashboard, stdout: TerminalWritable, maxFps = 30): Screen {
  const instance = render(createElement(App, { dashboard }), {
    stdout: stdout as unknown as NodeJS.WriteStream,
    alternateScreen: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    maxFps,
  });
  const onResize = () => {
    // Terminals reflow what is on the screen in their own ways: start from an empty one.
    instance.clear();
    stdout.write('\u001b[2J\u001b[H');
    dashboard.resize(stdout.columns ?? 80, stdout.rows ?? 24);
  };
  // Before Ink's own listener, which would draw the old size once more.
  stdout.prependListener('resize', onResize);
  return {
    instance,
    close() {
      stdout.off('resize', onResize);
      instance.unmount();
    },
  };
}
