import { escapeTerminal } from '../../lib/escape.ts';
import type { ForwardWish } from '../../store/forwards/forward-words.ts';
import type { RunningForward } from '../../store/forwards/running-forward.ts';

/** What `pf` and `pf up` are asked for. */
export interface ForwardsOptions {
  wishes: readonly ForwardWish[];
  open: boolean;
  background: boolean;
  hostNames: boolean;
  onReady: string;
  addresses: readonly string[];
  /** Set in the process that keeps forwards in the background: under which name it signs in. */
  keeperId: string;
  /** The saved set that the wishes are from; '' for none. */
  set: string;
}

/** What is said of a forward once it is open; the only one says also how it ends. */
export function announced({ url, target, remote, name }: RunningForward, isOnly: boolean): string {
  const what = escapeTerminal(`${target}:${remote}`);
  return isOnly ? `${url} -> ${what} (Ctrl-C ends it)` : `${escapeTerminal(name)}: ${url} -> ${what}`;
}
