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
  /** Waits for the reader; false when they have read enough. */
  goOn: () => Promise<boolean>;
}

/** How far the clock moves before the next look at what is waited for: the longer it takes, the farther. */
const nextLookMs = (waitedMs: number): number => Math.min(Math.max(waitedMs, 5000), 30_000);

/**
 * Tells a story; true when it came to its end, false when the reader left.
 * @throws KctlError `internal` when a command shows something else than the story says
 */
export async function play(performance: Performance): Promise<boolean> {
  const { story, telling, goOn } = performance;
  for (const [at, scene] of story.scenes.entries()) {
    if (at > 0 && !(await goOn())) return false;
    telling.say(scene.say);
    for (const act of scene.acts) await enact(performance, act);
  }
  telling.say(story.moral);
  return true;
}

async function enact({ story, telling, tool, perform, jump }: Performance, act: Act): Promise<void> {
  if ('file' in act) {
    telling.command(`cat ${act.file}`);
    telling.output(story.files[act.file]!);
    return;
  }
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
    const passed = formatGoDuration(waitedMs);
    telling.say({
      en: `(The cluster's clock is moved on by ${passed}.)`,
      ko: `(클러스터의 시계를 ${passed}만큼 앞으로 돌립니다.)`,
    });
  }
  telling.command(`${tool} ${line}`);
  telling.output(result.text);
  if (!isSeen(result) || (result.code !== 0) !== fails) {
    throw new KctlError('internal', `the story goes otherwise: "${tool} ${line}" did not show what it should`, {
      hint: 'other changes in the same cluster may be the cause; run the story again, or delete its cluster first',
    });
  }
}
