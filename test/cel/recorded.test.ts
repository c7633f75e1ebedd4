import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  BOOL,
  CelCompileError,
  CelEvaluationError,
  compileCel,
  DOUBLE,
  DURATION,
  DYN,
  formatType,
  INT,
  listOf,
  mapOf,
  STRING,
  TIMESTAMP,
} from '../../src/cel/index.ts';

/**
 * What cel-go 0.26 says with the environment of a server of version 1.36 (k8s.io/apiserver 0.36,
 * pkg/cel/environment): messages of the compiler, types, values, errors, costs.
 */
interface Recorded {
  expression: string;
  compile?: string;
  type?: string;
  error?: string;
  value?: unknown;
  cost?: number;
}

const { variables, cases } = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8')) as {
  variables: Record<string, unknown>;
  cases: Recorded[];
};

const environment = {
  variables: {
    s: STRING,
    i: INT,
    d: DOUBLE,
    b: BOOL,
    x: DYN,
    strs: listOf(STRING),
    ints: listOf(INT),
    m: mapOf(STRING, STRING),
    o: mapOf(STRING, DYN),
    t: TIMESTAMP,
    dur: DURATION,
  },
};

function run(expression: string): Recorded {
  try {
    const program = compileCel(expression, environment);
    const type = formatType(program.type);
    try {
      const { cost, ...result } = program.run(variables);
      return { expression, type, value: result.toJson(), cost };
    } catch (error) {
      if (!(error instanceof CelEvaluationError)) throw error;
      return { expression, type, error: error.message };
    }
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return { expression, compile: error.message };
  }
}

describe('expressions as cel-go runs them', () => {
  test.each(cases)('$expression', (recorded) => {
    expect(run(recorded.expression)).toMatchObject(recorded);
  });

  test('there are as many as were recorded', () => {
    expect(cases.length).toBeGreaterThan(500);
  });
});
