import type { TestExpression } from 'unbash';
import { compileRegex } from '../commands/regex.ts';
import { elementOf, REFERENCE, setElements } from './arrays.ts';
import type { Shell } from './context.ts';
import { expandPattern, expandText, keyOf, wordOf } from './expand.ts';
import { matches } from './pattern.ts';
import { traceText } from './run/trace.ts';
import { binaryTest, TestFailure, unaryTest } from './test-expression.ts';

const shown = (text: string): string => (text === '' ? "''" : text);

/** `[[ … ]]`: the exit status. */
export async function doubleTest(shell: Shell, expression: TestExpression, pos: number): Promise<number> {
  const truth = async (one: TestExpression): Promise<boolean> => {
    switch (one.type) {
      case 'TestGroup':
        return truth(one.expression);
      case 'TestNot':
        return (one.negations.length % 2 === 1) !== (await truth(one.operand));
      case 'TestLogical': {
        for (const operand of one.operands) {
          const value = await truth(operand);
          if (value === (one.operator === '||')) return value;
        }
        return one.operator === '&&';
      }
      case 'TestUnary': {
        const operand = await expandText(shell, one.operand);
        await traceText(shell, `[[ ${one.operator} ${shown(operand)} ]]`);
        if (one.operator === '-v') {
          const [, array, index = ''] = REFERENCE.exec(operand) ?? [];
          if (!array) return shell.valueOf(operand) !== undefined;
          return elementOf(shell.state, array, await keyOf(shell, array, wordOf(index))) !== undefined;
        }
        return unaryTest(shell.process, one.operator, operand);
      }
      default: {
        const left = await expandText(shell, one.left);
        if (shell.state.options.has('x')) {
          const right = await expandText(shell, one.right);
          await traceText(
            shell,
            `[[ ${shown(left)} ${one.operator} ${one.operator === '=~' ? right : shown(right)} ]]`,
          );
        }
        if (one.operator === '=~') {
          const found = compileRegex(await expandText(shell, one.right), { extended: true }).exec(left);
          const groups = found?.groups.map((value) => ({ value: value ?? '' })) ?? [];
          setElements(shell.state, 'BASH_REMATCH', groups);
          return found !== undefined;
        }
        if (one.operator === '=' || one.operator === '==') return matches(await expandPattern(shell, one.right), left);
        if (one.operator === '!=') return !matches(await expandPattern(shell, one.right), left);
        return binaryTest(shell.process, one.operator, left, await expandText(shell, one.right)) ?? false;
      }
    }
  };
  try {
    return (await truth(expression)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TestFailure)) throw error;
    await shell.complain(`[[: ${error.message}`, pos);
    return 2;
  }
}
