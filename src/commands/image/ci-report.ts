import { escapeTerminal } from '../../lib/escape.ts';
import { sizeText } from '../../lib/size-text.ts';
import type { RuleResult } from '../../oci/layers/ci-rules.ts';
import type { Efficiency } from '../../oci/layers/efficiency.ts';

const verdicts: Readonly<Record<RuleResult['verdict'], string>> = { pass: 'PASS', fail: 'FAIL', skip: 'SKIP' };

/** Figures, files and verdicts, as those know them who have run dive in a pipeline. */
export function ciReport(efficiency: Efficiency, results: readonly RuleResult[]): string {
  const { score, wastedBytes, userWastedShare, files } = efficiency;
  const count = (verdict: RuleResult['verdict']) => results.filter((result) => result.verdict === verdict).length;
  const rows = files.map(
    ({ count: times, bytes, path }) =>
      `${String(times).padStart(5)}  ${sizeText(bytes).padStart(12)}  /${escapeTerminal(path)}`,
  );
  const lines = [
    `  efficiency: ${(score * 100).toFixed(4)} %`,
    `  wastedBytes: ${wastedBytes} bytes (${sizeText(wastedBytes)})`,
    `  userWastedPercent: ${(userWastedShare * 100).toFixed(4)} %`,
    'Inefficient Files:',
    'Count  Wasted Space  File Path',
    ...(rows.length > 0 ? rows : ['None']),
    'Results:',
    ...results.map(({ rule, verdict, reason }) => `  ${verdicts[verdict]}: ${rule}${reason ? `: ${reason}` : ''}`),
    `Result:${count('fail') > 0 ? 'FAIL' : 'PASS'} [Total:${results.length}] [Passed:${count('pass')}] [Failed:${count('fail')}] [Skipped:${count('skip')}]`,
  ];
  return `${lines.join('\n')}\n`;
}
