import { afterEach, describe, expect, test } from 'vitest';
import { plainTheme } from '../../../src/theme/theme.ts';
import { dialogInput, openDialog, textField } from '../../../src/tui/state/dialog.ts';
import { dialogLines } from '../../../src/tui/widgets/dialog-lines.ts';
import { fakeCluster, podRow, putObject } from '../fake-services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

let s: TestScreen | undefined;
afterEach(() => s?.close());

const sizes = [
  [80, 24],
  [120, 40],
  [200, 50],
] as const;

async function open(cols: number, rows: number): Promise<TestScreen> {
  const fake = fakeCluster([podRow('shop', 'web-0'), podRow('shop', 'web-1', { status: 'CrashLoopBackOff' })]);
  putObject(fake, 'pods', podRow('shop', 'web-0').object);
  s = await renderTest({ cols, rows, cluster: fake, kind: 'pods shop', depth: 'none' });
  return s;
}

/** The lines of a list that have the sign of what is in focus. */
const focused = (screen: TestScreen) => screen.lines().filter((line) => /│ ?>/.test(line));

describe.each(sizes)('without colours at %i×%i', (cols, rows) => {
  test('a question says by signs where one is and what is dangerous', async () => {
    const screen = await open(cols, rows);
    await screen.press('ctrl-d');
    await screen.waitFor('Delete?');
    expect(screen.hasColour()).toBe(false);
    expect(screen.text()).toMatch(/\[>Cancel<\] +\[ Delete \]/);
    await screen.press('tab');
    expect(screen.text()).toMatch(/\[ Cancel \] +\[>Delete<\]/);
    // From the last button to the first field.
    await screen.press('tab');
    expect(screen.text()).toMatch(/> Dependents +< Background >/);
    expect(screen.text()).toMatch(/\[ Cancel \] +\[ Delete \]/);
    await screen.press('right');
    expect(screen.text()).toMatch(/> Dependents +< Foreground >/);
    expect(screen.hasColour()).toBe(false);
  });

  test('a list, a prompt, a message and marks have signs, too', async () => {
    const screen = await open(cols, rows);
    await screen.press('ctrl-p');
    await screen.waitFor('Do or go to');
    expect(focused(screen).length).toBe(1);
    const first = focused(screen)[0];
    await screen.press('down');
    expect(focused(screen)).toHaveLength(1);
    expect(focused(screen)[0]).not.toBe(first);
    expect(screen.hasColour()).toBe(false);
    await screen.press('esc', ':');
    await screen.type('po');
    await screen.press('tab');
    expect(screen.text()).toMatch(/\[po\w*\]/);
    await screen.press('esc', 'esc', ':');
    await screen.type('nonsense\r');
    await screen.waitFor(/^ x /m);
    await screen.press('space');
    expect(screen.text()).toMatch(/\*.*web-0|web-0.*\*/);
    expect(screen.text()).toMatch(/x.*web-1/);
    expect(screen.hasColour()).toBe(false);
  });
});

test('what is wrong with an answer is told in words, at the field that it is about', () => {
  const number = (text: string) => (/^\d+$/.test(text) ? undefined : 'a whole number is needed');
  const opened = openDialog({
    title: 'Scale?',
    lines: [],
    confirmLabel: 'Scale',
    fields: [textField('n', 'Replicas', 'x', number)],
  });
  // The last button, and yes.
  const answered = dialogInput({ ...opened, focus: 2 }, { type: 'key', id: 'enter' });
  expect(answered).toMatchObject({ focus: 0, problem: 'a whole number is needed' });
  const lines = dialogLines(answered as typeof opened, 60, 20, plainTheme);
  expect(lines.some((line) => line.includes('> Replicas'))).toBe(true);
  expect(lines.some((line) => line.includes('a whole number is needed'))).toBe(true);
  expect(lines.join('')).not.toContain('\u001b');
});
