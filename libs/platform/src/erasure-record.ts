import { open, truncate } from 'node:fs/promises';
import { StoreRefusedError, StoreUnavailableError, type PersonalKeys } from '@tierbook/eventing';
import { codeOf, readIfThere } from './files';

/** A key that was destroyed, or was about to be. */
export interface Erasure {
  readonly subject: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

/** Where erasures are noted: beside the audit checkpoint, so that they outlive log, state and keys as it does. */
export function erasuresFile(auditCheckpointFile: string): string {
  return `${auditCheckpointFile}-erasures`;
}

/**
 * What the file names, each subject once, with the first date; nothing where there is no file. A line that a crash
 * cut short is passed by: its key was not destroyed yet.
 *
 * @throws StoreRefusedError where it is damaged.
 */
export async function readErasures(file: string): Promise<readonly Erasure[]> {
  const text = await readOrNone(file);
  const found = new Map<string, Erasure>();
  for (const line of text.split('\n').slice(0, -1)) {
    const erasure = erasureIn(line);
    if (erasure === undefined) {
      throw new StoreRefusedError(
        `${file} is damaged: a line of it names no erasure. Restore it from a copy, or take the line out.`,
      );
    }
    if (!found.has(erasure.subject)) found.set(erasure.subject, erasure);
  }
  return [...found.values()];
}

/**
 * Personal keys whose every destruction is noted in the file, durably, before it is done: whoever restores an older
 * copy of the keys learns from there whose to destroy again. What was destroyed without it is noted first.
 *
 * @throws StoreRefusedError where the file cannot be read; StoreUnavailableError where it cannot be written.
 */
export async function notingErasures(keys: PersonalKeys, file: string): Promise<PersonalKeys> {
  const noted = new Set((await readErasures(file)).map(({ subject }) => subject));
  const notes = new Notes(file);
  for await (const { subject, at } of keys.tombstones()) {
    if (!noted.has(subject)) await notes.add({ subject, at });
  }
  const mark = keys.mark?.bind(keys);
  return {
    obtain: (subject) => keys.obtain(subject),
    find: (subject) => keys.find(subject),
    tombstones: () => keys.tombstones(),
    close: () => keys.close(),
    ...(mark === undefined ? {} : { mark }),
    destroy: async (subject, at) => {
      const { kind } = await keys.find(subject);
      if (kind !== 'destroyed') await notes.add({ subject, at });
      await keys.destroy(subject, at);
    },
  };
}

/** Adds lines, one after the other. */
class Notes {
  #last: Promise<void> = Promise.resolve();
  /** The file may end with a line that was cut short: by a crash, or where a write failed. */
  #mayBeTorn = true;

  constructor(private readonly path: string) {}

  add(erasure: Erasure): Promise<void> {
    const added = this.#last.then(() => this.#append(`${JSON.stringify(erasure)}\n`));
    this.#last = added.catch(() => undefined);
    return added;
  }

  async #append(line: string): Promise<void> {
    try {
      if (this.#mayBeTorn) await takeOffTornLine(this.path);
      this.#mayBeTorn = true;
      const file = await open(this.path, 'a', 0o600);
      try {
        await file.writeFile(line);
        await file.sync();
      } finally {
        await file.close();
      }
      this.#mayBeTorn = false;
    } catch (error) {
      throw new StoreUnavailableError(
        `An erasure cannot be noted in ${this.path} (${codeOf(error)}): check the directory of AUDIT_CHECKPOINT_FILE.`,
        { cause: error },
      );
    }
  }
}

async function takeOffTornLine(path: string): Promise<void> {
  const text = await readOrNone(path);
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole !== text) await truncate(path, Buffer.byteLength(whole));
}

async function readOrNone(file: string): Promise<string> {
  try {
    return (await readIfThere(file)) ?? '';
  } catch (error) {
    throw new StoreRefusedError(
      `The erasures noted in ${file} cannot be read (${codeOf(error)}): check its permissions.`,
      { cause: error },
    );
  }
}

function erasureIn(line: string): Erasure | undefined {
  try {
    const { subject, at } = JSON.parse(line) as Partial<Erasure>;
    return typeof subject === 'string' && typeof at === 'string' ? { subject, at } : undefined;
  } catch {
    return undefined;
  }
}
