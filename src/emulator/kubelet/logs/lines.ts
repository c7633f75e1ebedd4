import type { LogLine, LogProfile, LogSource } from './profiles.ts';
import { slotChance } from './profiles.ts';
import { type LogScript, nextScriptLine, scriptLines } from './script.ts';

/** One run of a container as far as its log goes. */
export interface LoggedRun {
  source: LogSource;
  profile: LogProfile;
  /** When it ended; undefined while it runs. */
  finishedAt: number | undefined;
  /** Said right before the end. */
  lastWords: readonly string[];
  /** What somebody wrote for it to say. */
  script?: LogScript;
}

function fixedLines({ source, profile, finishedAt, lastWords }: LoggedRun): LogLine[] {
  const end = finishedAt ?? Number.POSITIVE_INFINITY;
  const opening = profile
    .opening(source)
    .map(([ms, text]) => ({ at: source.startedAt + ms, text }))
    .filter(({ at }) => at < end);
  const closing =
    finishedAt === undefined
      ? []
      : lastWords.map((text, index) => ({ at: finishedAt - lastWords.length + index, text }));
  return [...opening, ...closing];
}

/** The line of one slot, if it has one: slots are counted from the start, so the first lines come after the opening. */
function slotLine({ source, profile }: LoggedRun, slot: number): LogLine | undefined {
  const chance = slotChance(source, slot);
  if (slot < 1 || chance('any') >= profile.density) return undefined;
  const at = source.startedAt + Math.floor((slot + chance('offset')) * profile.slotMs);
  return { at, text: profile.line(source, at, chance) };
}

/** The lines with `from <= at < to`, oldest first. */
export function linesBetween(run: LoggedRun, from: number, to: number): LogLine[] {
  const { source, profile } = run;
  const end = Math.min(to, run.finishedAt ?? Number.POSITIVE_INFINITY);
  const lines = fixedLines(run).filter(
    ({ at }) => at >= from && at < Math.min(to, (run.finishedAt ?? Number.POSITIVE_INFINITY) + 1),
  );
  if (run.script) {
    lines.push(...scriptLines(run.script, source.startedAt, from, end));
    return lines.sort((a, b) => a.at - b.at);
  }
  const first = Math.max(Math.floor((from - source.startedAt) / profile.slotMs), 0);
  const last = Math.floor((end - source.startedAt) / profile.slotMs);
  for (let slot = first; slot <= last; slot++) {
    const line = slotLine(run, slot);
    if (line && line.at >= from && line.at < end) lines.push(line);
  }
  return lines.sort((a, b) => a.at - b.at);
}

/** The last `count` lines before `to`, without making the ones before: a pod that is a year old has a long log. */
export function lastLines(run: LoggedRun, count: number, from: number, to: number): LogLine[] {
  const { source, profile } = run;
  let reach = Math.max(profile.slotMs * 2, run.script?.cycleMs ?? 0, 1000);
  for (;;) {
    const start = Math.max(from, source.startedAt, to - reach);
    const lines = linesBetween(run, start, to);
    if (lines.length >= count || start <= Math.max(from, source.startedAt))
      return count === 0 ? [] : lines.slice(-count);
    reach *= 4;
  }
}

/** When the next line after `now` is due (ms); undefined when the run has no more. */
export function nextLineAt(run: LoggedRun, now: number): number | undefined {
  const fixed = fixedLines(run).find(({ at }) => at > now);
  if (run.script) return nextScriptLine(run.script, run.source.startedAt, now) ?? fixed?.at;
  if (run.profile.density === 0) return fixed?.at;
  const first = Math.max(Math.floor((now - run.source.startedAt) / run.profile.slotMs), 0);
  for (let slot = first; slot < first + 1000; slot++) {
    const line = slotLine(run, slot);
    if (line && line.at > now) return fixed ? Math.min(line.at, fixed.at) : line.at;
  }
  return fixed?.at;
}
