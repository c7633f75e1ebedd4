/** Text of one look: what opens it, and the text itself. */
export interface Run {
  open: string;
  text: string;
}

const sequence = /\u001b\[[\d;:]*m/g;
const reset = '\u001b[0m';

/** Painted text as runs; a full reset ends a look, any other sequence adds to it. */
export function runsOf(painted: string): Run[] {
  const runs: Run[] = [];
  let open = '';
  let at = 0;
  for (const match of painted.matchAll(sequence)) {
    if (match.index > at) runs.push({ open, text: painted.slice(at, match.index) });
    open = match[0] === reset || match[0] === '\u001b[m' ? '' : open + match[0];
    at = match.index + match[0].length;
  }
  if (at < painted.length) runs.push({ open, text: painted.slice(at) });
  return runs;
}

/** A part of a line, by character offsets, that looks like `open` whatever it looked like. */
export interface Mark {
  from: number;
  to: number;
  open: string;
}

/** The characters `from` to `to` of painted text, with what is marked painted over. */
export function paintedPart(painted: string, from: number, to: number, marks: readonly Mark[] = []): string {
  let out = '';
  let at = 0;
  const put = (open: string, text: string) => {
    if (text !== '') out += open === '' ? text : `${open}${text}${reset}`;
  };
  for (const run of runsOf(painted)) {
    const end = at + run.text.length;
    let here = Math.max(at, from);
    const last = Math.min(end, to);
    for (const mark of marks) {
      if (mark.to <= here || mark.from >= last) continue;
      const start = Math.max(mark.from, here);
      put(run.open, run.text.slice(here - at, start - at));
      const stop = Math.min(mark.to, last);
      put(mark.open, run.text.slice(start - at, stop - at));
      here = stop;
    }
    if (here < last) put(run.open, run.text.slice(here - at, last - at));
    at = end;
    if (at >= to) break;
  }
  return out;
}
