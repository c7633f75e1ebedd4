import { type Instance, render } from 'ink';
import { createElement } from 'react';
import type { TerminalWritable } from '../lib/io.ts';
import { App } from './app.tsx';
import type { Dashboard } from './dashboard.ts';

export interface Screen {
  instance: Instance;
  close(): void;
}

/**
 * Ink holds a frame back for as long as this allows after the one before, also the answer to a key. Tables gather
 * their events for 60 ms and more, so that there are few frames all the same.
 */
const MAX_FPS = 125;

/** Puts the dashboard on a terminal and keeps to its size. */
export function openScreen(dashboard: Dashboard, stdout: TerminalWritable, maxFps = MAX_FPS): Screen {
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
