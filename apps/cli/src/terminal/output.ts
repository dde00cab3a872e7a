import { once } from 'node:events';
import { EXIT } from '../errors';

/** Control and direction-changing characters beyond those that JSON escapes: they would act on a terminal. */
const UNSAFE = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A line that holds text which people wrote cannot move a terminal's cursor or turn its text around. */
export function jsonLine(value: unknown): string {
  return escaped(JSON.stringify(value));
}

/** The same for people: a field a line. */
export function jsonText(value: unknown): string {
  return escaped(JSON.stringify(value, null, 2));
}

function escaped(json: string): string {
  return json.replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Text that people wrote, on one line and without what would act on a terminal. */
export function plainText(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').replace(UNSAFE, '');
}

/** Writes a line to standard output, no faster than its reader takes them. */
export async function print(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain');
}

/** Says something beside the output, on standard error. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A reader that has seen enough, such as `head`, ends the command quietly; a full disk ends it aloud. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (code === 'EPIPE') process.exit();
      if (stream === process.stdout) note(`tierbook: Cannot write the output: ${message}.`);
      process.exit(EXIT.failed);
    });
  }
}
