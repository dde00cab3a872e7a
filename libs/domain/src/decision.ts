import type { RefusalCode } from './refusal-codes';

/** A rule said no: a value with a code of its own, not an exception. */
export interface Refusal<Code extends string = RefusalCode> {
  readonly code: Code;
  /** Names the value seen, the limit and what to do. Holds no personal data. */
  readonly detail: string;
  /** JSON Pointers (RFC 6901) into the command's body, where fields are to blame. */
  readonly fields?: readonly { readonly pointer: string; readonly detail: string }[];
  /** The other rules that refuse it too, where they can be told. */
  readonly others?: readonly Refusal<Code>[];
}

/** What a decider answers: the events to append (none: nothing had to change), or a refusal. */
export type Decision<E> =
  | { readonly kind: 'accepted'; readonly events: readonly E[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** The command is accepted with these events; none means that nothing had to change. */
export function accept<E>(...events: readonly E[]): Decision<E> {
  return { kind: 'accepted', events };
}

/** The command is refused by the rule that `code` names. */
export function refuse(
  code: RefusalCode,
  detail: string,
  fields?: Refusal['fields'],
): Decision<never> {
  return {
    kind: 'refused',
    refusal: fields === undefined ? { code, detail } : { code, detail, fields },
  };
}

/** A rule that a field of the command breaks. */
export interface BrokenRule {
  readonly code: RefusalCode;
  readonly pointer: string;
  readonly detail: string;
}

/**
 * Refuses by the first of these rules and names the others, each with every field that breaks it;
 * `undefined` when none is broken.
 */
export function refuseBroken(broken: readonly BrokenRule[]): Decision<never> | undefined {
  const byCode = Map.groupBy(broken, ({ code }) => code);
  const [first, ...others] = [...byCode].map(([code, rules]): Refusal => {
    const fields = rules.map(({ pointer, detail }) => ({ pointer, detail }));
    return { code, detail: fields[0]?.detail ?? '', fields };
  });
  if (first === undefined) return undefined;
  return { kind: 'refused', refusal: others.length === 0 ? first : { ...first, others } };
}
