/** The end of a question, with what was answered. */
export class Done<Answer> {
  /** Undefined where the user thought better of it. */
  readonly answer: Answer | undefined;

  constructor(answer: Answer | undefined) {
    this.answer = answer;
  }
}

export const cancelled: Done<never> = new Done<never>(undefined);
