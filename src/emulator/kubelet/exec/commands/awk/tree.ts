/** What an awk program is made of. */
export type Expression =
  | { is: 'number'; value: number }
  | { is: 'string'; value: string }
  | { is: 'regex'; value: string }
  | { is: 'variable'; name: string }
  | { is: 'field'; of: Expression }
  | { is: 'element'; name: string; keys: Expression[] }
  | { is: 'in'; name: string; keys: Expression[] }
  | { is: 'assign'; op: string; to: Place; value: Expression }
  | { is: 'step'; by: 1 | -1; isPrefix: boolean; to: Place }
  | { is: 'binary'; op: string; left: Expression; right: Expression }
  | { is: 'match'; isNegated: boolean; left: Expression; right: Expression }
  | { is: 'and' | 'or'; left: Expression; right: Expression }
  | { is: 'unary'; op: '-' | '+' | '!'; of: Expression }
  | { is: 'choice'; test: Expression; yes: Expression; no: Expression }
  | { is: 'call'; name: string; args: Expression[] }
  | { is: 'builtin'; name: string; args: Expression[] }
  | { is: 'getline'; to: Place | undefined; file: Expression | undefined; command: Expression | undefined }
  | { is: 'list'; items: Expression[] };

/** What can be assigned. */
export type Place = Extract<Expression, { is: 'variable' | 'field' | 'element' }>;

export type Statement =
  | { is: 'expression'; value: Expression }
  | { is: 'print'; format: boolean; args: Expression[]; to: { op: '>' | '>>' | '|'; target: Expression } | undefined }
  | { is: 'if'; test: Expression; yes: Statement; no: Statement | undefined }
  | { is: 'while'; test: Expression; body: Statement }
  | { is: 'do'; test: Expression; body: Statement }
  | {
      is: 'for';
      begin: Statement | undefined;
      test: Expression | undefined;
      step: Statement | undefined;
      body: Statement;
    }
  | { is: 'each'; name: string; array: string; body: Statement }
  | { is: 'block'; body: Statement[] }
  | { is: 'break' | 'continue' | 'next' | 'nextfile' }
  | { is: 'exit' | 'return'; value: Expression | undefined }
  | { is: 'delete'; name: string; keys: Expression[] | undefined };

export type Pattern =
  | { is: 'begin' | 'end' | 'always' }
  | { is: 'expression'; test: Expression }
  | { is: 'range'; from: Expression; to: Expression };

export interface Rule {
  pattern: Pattern;
  /** Undefined: the record is printed. */
  body: Statement | undefined;
}

export interface Program {
  rules: Rule[];
  functions: Map<string, { params: string[]; body: Statement }>;
}
