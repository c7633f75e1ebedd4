import type { TestExpression } from 'unbash';
import { compileRegex } from '../commands/regex.ts';
import type { Shell } from './context.ts';
import { expandPattern, expandText } from './expand.ts';
import { matches } from './pattern.ts';
import { binaryTest, TestFailure, unaryTest } from './test-expression.ts';

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
        if (one.operator === '-v') return shell.state.get(operand) !== undefined;
        return unaryTest(shell.process, one.operator, operand);
      }
      default: {
        const left = await expandText(shell, one.left);
        if (one.operator === '=~') {
          return compileRegex(await expandText(shell, one.right), { extended: true }).test(left);
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
