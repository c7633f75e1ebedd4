import type { KubeObject } from '../../api/meta.ts';
import type { ContainerRuntime, ContainerSpec } from './container.ts';
import { imageName, SHELL_IMAGES } from './image-name.ts';
import { isTold, readsInput } from './outcomes.ts';

/** Images with nothing in them but a shell and its tools: all they can run is known. */

const SHELL = /^(\/(usr\/)?bin\/)?(sh|ash|bash|dash)$/;
const NAP = String.raw`(exec\s+)?(sleep\s+([\d.]+[smhd]?|inf(inity)?)|tail\s+-[fF]\s+/dev/null|exit(\s+\d+)?|true|:)`;
/** Scripts that say nothing and only take their time: the table of outcomes has all there is to know of them. */
const NAPS = new RegExp(
  String.raw`^\s*(${NAP}(\s*(;|&&|\n)\s*${NAP})*|(${NAP}\s*;\s*)*false|while\s+(true|:)\s*;\s*do\s+sleep\s+[\d.]+[smhd]?\s*;?\s*done)\s*;?\s*$`,
);

/** The command line as the spec has it. */
const argvOf = ({ command, args }: ContainerSpec): string[] => [...(command ?? []), ...(args ?? [])];

/** The text of `sh -c text`; undefined for everything else. */
function scriptOf(argv: readonly string[]): string | undefined {
  if (!SHELL.test(argv[0] ?? '')) return undefined;
  const at = argv.findIndex((word, index) => index > 0 && /^-[a-z]*c$/.test(word));
  return at < 0 ? undefined : argv[at + 1];
}

/** `sh FILE`, or a file in a volume that is mounted: what is in it says whether a shell can run it. */
function namesScript({ volumeMounts }: ContainerSpec, [program = '', first]: readonly string[]): boolean {
  if (SHELL.test(program)) return first !== undefined && !first.startsWith('-');
  return program.startsWith('/') && volumeMounts?.some(({ mountPath }) => program.startsWith(`${mountPath}/`)) === true;
}

/** The image has no program of its own that could say something. */
const hasOnlyShell = ({ image }: ContainerSpec): boolean => SHELL_IMAGES.has(imageName(image));

function isNap(container: ContainerSpec): boolean {
  const argv = argvOf(container);
  return argv.length === 0 ? hasOnlyShell(container) : NAPS.test(scriptOf(argv) ?? argv.join(' '));
}

/** What nobody runs for real says nothing by itself: naps, and all that is in images of nothing but a shell. */
export const isSilent = (container: ContainerSpec): boolean => hasOnlyShell(container) || isNap(container);

/** A main process that the simulated shell may be able to run for real, unless annotations tell how it ends. */
export function isScript(pod: KubeObject, container: ContainerSpec, kind: ContainerRuntime['kind']): boolean {
  if (isTold(pod, kind, container.name) || readsInput(container) || isNap(container)) return false;
  const argv = argvOf(container);
  if (hasOnlyShell(container)) return true;
  return (
    container.command !== undefined &&
    (scriptOf(argv) !== undefined || namesScript(container, argv) || argv[0] === 'perl')
  );
}
