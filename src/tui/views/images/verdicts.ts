import { defaultRules, judgeImage } from '../../../oci/layers/ci-rules.ts';
import type { Efficiency } from '../../../oci/layers/efficiency.ts';
import { verdictOf } from './layers-pane.ts';

/** What the rules of continuous integration say of an image. */
export interface Verdict {
  verdict: 'pass' | 'fail';
  /** 0 to 1. */
  score: number;
  wastedBytes: number;
}

/** Of images that were looked into since the dashboard was started, by the digests of their manifests: content that never changes. */
const known = new Map<string, Verdict>();
const mostKnown = 1000;

export function rememberVerdict(digest: string, efficiency: Efficiency): void {
  if (digest === '') return;
  if (known.size >= mostKnown) known.clear();
  const { score, wastedBytes } = efficiency;
  known.set(digest, { verdict: verdictOf(judgeImage(efficiency, defaultRules)), score, wastedBytes });
}

export const knownVerdict = (digest: string): Verdict | undefined => known.get(digest);
