import type { CommandContext } from '../command.ts';

/** False where somebody looks at a terminal of kctl: what scripts know of kubectl holds everywhere else. */
export function isLikeKubectl({ tool, io }: CommandContext): boolean {
  return tool === 'kubectl' || io.stdout.isTTY !== true;
}
