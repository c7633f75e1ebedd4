import type { Shell } from '../context.ts';
import { evaluateTest, TestFailure } from '../test-expression.ts';

export async function test(shell: Shell, args: string[], name: string, pos: number): Promise<number> {
  const words = [...args];
  if (name === '[' && words.pop() !== ']') {
    await shell.complain(`[: missing ${shell.state.dialect === 'bash' ? "`]'" : ']'}`, pos);
    return 2;
  }
  if (shell.state.dialect === 'dash' && words.length === 3 && words[1] === '==') {
    await shell.complain(`${name}: ${words[0]}: unexpected operator`, pos);
    return 2;
  }
  try {
    return evaluateTest(shell.process, words) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TestFailure)) throw error;
    await shell.complain(`${name}: ${testWords(shell, error.message)}`, pos);
    return 2;
  }
}

function testWords(shell: Shell, text: string): string {
  const number = /^(.*): bad number$/s.exec(text);
  if (!number)
    return shell.state.dialect === 'bash' ? text.replace(/: unknown operand$/, ': unary operator expected') : text;
  return { ash: text, dash: `Illegal number: ${number[1]}`, bash: `${number[1]}: integer expression expected` }[
    shell.state.dialect
  ];
}
