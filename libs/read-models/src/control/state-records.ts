import type { StateStore, StateValue } from '@tierbook/state';

const PAGE = 500;

/**
 * All records of a collection whose keys begin with the prefix, in the order of their keys.
 * What they hold is the caller's to say.
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- As StateStore.list has it.
export async function* recordsOf<T extends object>(
  state: StateStore,
  collection: string,
  prefix = '',
): AsyncGenerator<{ readonly key: string; readonly value: T }> {
  let after: string | undefined;
  for (;;) {
    const page = await state.list<StateValue>(collection, {
      prefix,
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    for (const { key, value } of page) yield { key, value: value as T };
    after = page.at(-1)?.key;
    if (after === undefined || page.length < PAGE) return;
  }
}

/** A key made of parts, none of which can run into the next. */
export function keyOf(...parts: readonly (string | number)[]): string {
  return parts.map((part) => encodeURIComponent(String(part).toWellFormed())).join('/');
}
