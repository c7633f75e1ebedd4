declare module '@michaelhomer/jqjs' {
  /** @throws Error where the expression is no jq; the function that comes back throws what goes wrong on a value */
  export function compile(expression: string): (value: unknown) => Iterable<unknown>;
}
