import { escapeTerminal } from '../../lib/escape.ts';
import { readSettings, settingsFile, writeSettings } from '../../settings/settings.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';

interface ProtectOptions {
  patterns: readonly string[];
}

/** `kctl config protect [CONTEXT...]`: contexts in which changes ask for the name; without a name, which those are. */
export const protectCommand = defineCommand<ProtectOptions>({
  flags: [],
  complete: ({ args }) => ({ patterns: args }),
  async run({ patterns }, { io }) {
    const settings = readSettings(io.env);
    const known = settings.protected ?? [];
    if (patterns.length === 0) {
      io.stdout.write(known.map((pattern) => `${escapeTerminal(pattern)}\n`).join(''));
      return;
    }
    writeSettings(io.env, { ...settings, protected: [...new Set([...known, ...patterns])] });
    for (const pattern of patterns) {
      io.stdout.write(
        `Context ${JSON.stringify(pattern)} ${known.includes(pattern) ? 'was protected already' : 'protected'}.\n`,
      );
    }
  },
});

/** `kctl config unprotect CONTEXT...` */
export const unprotectCommand = defineCommand<ProtectOptions>({
  flags: [],
  complete: ({ args }) => ({ patterns: args }),
  validate({ patterns }, { tool }) {
    if (patterns.length === 0) throw usageError('Name the contexts or patterns', `${tool} config unprotect`);
  },
  async run({ patterns }, { io, tool }) {
    const settings = readSettings(io.env);
    const known = settings.protected ?? [];
    const missing = patterns.find((pattern) => !known.includes(pattern));
    if (missing !== undefined) {
      const covering = known.length > 0 ? `: protected are ${known.join(', ')}` : ': nothing is protected';
      throw usageError(`"${missing}" is not in ${settingsFile(io.env)}${covering}`, `${tool} config unprotect`);
    }
    writeSettings(io.env, { ...settings, protected: known.filter((pattern) => !patterns.includes(pattern)) });
    for (const pattern of patterns) io.stdout.write(`Context ${JSON.stringify(pattern)} is not protected any more.\n`);
  },
});
