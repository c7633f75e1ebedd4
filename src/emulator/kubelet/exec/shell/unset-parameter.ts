import { FatalJump } from './state.ts';

/** Expansion of a parameter that is not set under `set -u`. */
export class UnsetParameter extends FatalJump {
  readonly text: string;
  readonly pos: number;

  constructor(text: string, pos: number, status: number) {
    super(status);
    this.text = text;
    this.pos = pos;
  }
}
