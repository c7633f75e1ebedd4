/**
 * Bracketed paste, focus reports, and no line that goes on in the next one: terminals differ on how wide some
 * emoji are, and what one takes for wider must not push the rest of the screen down.
 */
const enter = '\u001b[?2004h\u001b[?1004h\u001b[?7l';
/** Mouse presses and wheel in SGR form. */
const mouse = '\u001b[?1000h\u001b[?1006h';
const leave = '\u001b[?7h\u001b[?1004l\u001b[?1006l\u001b[?1000l\u001b[?2004l';
/** For a crash: everything above, then the ordinary screen, attributes off and the cursor visible. */
const rescue = `${leave}\u001b[?2026l\u001b[0m\u001b[?1049l\u001b[?25h`;

interface ModeStreams {
  stdin: { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };
  stdout: { write(text: string): unknown; writable?: boolean };
}

/**
 * Owns the modes that the dashboard sets besides Ink's alternate screen. Every method may be called
 * at any time and more than once, because exit, crash and signals may meet.
 */
export class TerminalModes {
  readonly #streams: ModeStreams;
  readonly #enter: string;
  #on = false;

  /** @param withMouse false leaves the mouse to the terminal, which then selects text with it */
  constructor(streams: ModeStreams, withMouse = true) {
    this.#enter = withMouse ? enter + mouse : enter;
    this.#streams = streams;
  }

  enter(): void {
    if (this.#on) return;
    this.#on = true;
    this.#streams.stdin.setRawMode?.(true);
    this.#streams.stdout.write(this.#enter);
  }

  leave(): void {
    if (!this.#on) return;
    this.#on = false;
    this.#streams.stdin.setRawMode?.(false);
    if (this.#streams.stdout.writable !== false) this.#streams.stdout.write(leave);
  }

  /** Gives the terminal back in a usable state without Ink's help; before an error is printed. */
  rescue(): void {
    this.#on = false;
    this.#streams.stdin.setRawMode?.(false);
    if (this.#streams.stdout.writable !== false) this.#streams.stdout.write(rescue);
  }
}
