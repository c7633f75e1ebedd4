import type { FlagSpec, FlagValues } from '../command.ts';
import type { SourceChoice } from './open-source.ts';

/** Which image of what is named. */
export const sourceFlags: readonly FlagSpec[] = [
  { name: 'platform', type: 'string', default: '', describe: 'Which platform of the image: os/arch[/variant].' },
  { name: 'image', type: 'string', default: '', describe: 'Which image, where the file holds several.' },
];

export function readSource(text: string, flags: FlagValues): SourceChoice {
  return { text, platform: String(flags.platform), image: String(flags.image ?? '') };
}
