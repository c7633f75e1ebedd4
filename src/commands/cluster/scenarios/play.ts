import { formatGoDuration, parseGoDuration } from '../../../lib/duration.ts';
import { KctlError } from '../../../lib/errors.ts';
import type { Act, Story } from './story.ts';
import type { Telling } from './telling.ts';

/** What a command line printed, both streams in the order in which they came, and its exit code. */
export interface Performed {
  code: number;
  text: string;
}

export interface Performance {
  story: Story;
  telling: Telling;
  /** How the program is called on the screen. */
  tool: string;
  /** Runs one command line of this program in the story's folder and namespace. */
  perform: (line: string) => Promise<Performed>;
  /** Moves the cluster's clock on by so many milliseconds. */
  jump: (ms: number) => Promise<void>;
}

/** How far the clock moves before the next look at what is waited for: the longer it takes, the farther. */
const nextLookMs = (waitedMs: number): number => Math.min(Math.max(waitedMs, 5000), 30_000);

/**
 * Tells a story; true when it came to its end, false when the reader left.
 * @throws KctlError `internal` when a command shows something else than the story says
 */
export async function play(performance: Performance): Promise<boolean> {
  const { story, telling } = performance;
  for (const [at, scene] of story.scenes.entries()) {
    if (at > 0 && !(await telling.pause())) return false;
    if (!(await telling.say(scene.say))) return false;
    for (const act of scene.acts) if (!(await enact(performance, act))) return false;
  }
  return telling.say(story.moral);
}

/** False when the reader leaves in the middle of it. */
async function enact({ story, telling, tool, perform, jump }: Performance, act: Act): Promise<boolean> {
  if ('file' in act) return telling.command(`cat ${act.file}`, story.files[act.file]!);
  const { line, until, unless, within = '0s', fails = false } = act;
  const isSeen = ({ text }: Performed) => (until?.test(text) ?? true) && !unless?.test(text);
  let result = await perform(line);
  let waitedMs = 0;
  while (!isSeen(result) && waitedMs < parseGoDuration(within)) {
    const ms = nextLookMs(waitedMs);
    await jump(ms);
    waitedMs += ms;
    result = await perform(line);
  }
  if (waitedMs > 0) {
    const moved = {
      en: `(The cluster's clock is moved on by ${formatGoDuration(waitedMs)}.)`,
      ko: `(클러스터의 시계를 ${koreanTime(waitedMs)} 앞으로 돌립니다.)`,
    };
    if (!(await telling.say(moved))) return false;
  }
  const isRead = await telling.command(`${tool} ${typed(line)}`, result.text);
  if (!isSeen(result) || (result.code !== 0) !== fails) {
    throw new KctlError('internal', `the story goes otherwise: "${tool} ${line}" did not show what it should`, {
      hint: 'other changes in the same cluster may be the cause; run the story again, or delete its cluster first',
    });
  }
  return isRead;
}

/** As a shell takes it: some read `[*]` as the name of a file. */
const typed = (line: string): string =>
  line
    .split(' ')
    .map((word) => (/[*?[\]{}()$&;|<>]/.test(word) ? `'${word}'` : word))
    .join(' ');

/** `1분 10초` */
function koreanTime(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [
    [Math.floor(seconds / 60), '분'],
    [seconds % 60, '초'],
  ] as const;
  return parts.flatMap(([count, unit]) => (count > 0 ? [`${count}${unit}`] : [])).join(' ');
}
