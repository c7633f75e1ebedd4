/** Assignments before them stay, and errors in them end the shell (POSIX XCU 2.14). */
export const specialBuiltins: ReadonlySet<string> = new Set(
  [
    '.',
    ':',
    'break',
    'continue',
    'eval',
    'exec',
    'exit',
    'export',
    'readonly',
    'return',
    'set',
    'shift',
    'times',
    'trap',
    'unset',
  ], // prettier-ignore
);
