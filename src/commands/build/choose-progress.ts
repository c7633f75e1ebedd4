import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';
import { plainProgress, quietProgress } from '../../oci/build/progress/plain-progress.ts';
import type { BuildProgress } from '../../oci/build/progress/progress.ts';
import { rawProgress } from '../../oci/build/progress/raw-progress.ts';
import { TerminalBuildProgress } from '../../oci/build/progress/terminal-progress.ts';

/** `--progress`. @throws KctlError `usage` where drawing was asked for and there is no terminal */
export function progressFor(kind: string, { stderr, env }: IoStreams): BuildProgress {
  if (kind === 'quiet' || kind === 'none') return quietProgress(Date.now);
  if (kind === 'rawjson') return rawProgress((line) => void stderr.write(line), Date.now);
  const isTerminal = stderr.isTTY === true && env.TERM !== 'dumb';
  if (kind === 'tty' && !isTerminal) {
    throw new KctlError('usage', 'standard error is no terminal', { hint: 'Use --progress=plain.' });
  }
  if (kind === 'plain' || !isTerminal) return plainProgress((line) => void stderr.write(line), Date.now);
  return new TerminalBuildProgress(rawTerminal(stderr), Date.now, !env.NO_COLOR);
}
