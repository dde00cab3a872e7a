/** How the command ends, as its caller sees it. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** The command line cannot be used as it is. The message is one line that says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command could not do what was asked. The message is one line that says what to do. */
export class CommandFailedError extends Error {
  override readonly name = 'CommandFailedError';
}

/** What is said of an error: its message, in one line, without where in the program it was thrown. */
export function lineOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.replace(/\s*\n\s*/g, ' ').trim();
  return line === '' ? 'It failed, and said no more.' : line;
}
