import { expect } from '@jest/globals';
import type { Decider } from '../decider';
import { ERASED, type DomainEvent } from '../envelope';

/** What is expected of a command. Each method fails the test when it is otherwise. */
export interface Outcome<S, E extends DomainEvent, Code extends string> {
  /** Accepted with exactly these events, in this order. Answers the state they lead to. */
  readonly then: (...events: readonly E[]) => S;
  /** Accepted, and nothing had to change. */
  readonly thenNothing: () => void;
  /** Refused by this rule; with pointers, blaming exactly these fields. */
  readonly thenRefused: (code: Code, ...pointers: readonly string[]) => void;
}

/**
 * Specifies a decider by example: `given(...events).when(command).then(...events)`. The events before
 * are folded from the initial state; every command is decided twice, and must be decided alike. What is folded
 * has no personal data, as where a stream is read to decide on it, and must come to the same with it.
 */
export function specify<C, S, E extends DomainEvent, Code extends string>(
  decider: Decider<C, S, E, Code>,
) {
  const fold = (from: S, events: readonly E[]): S => {
    const state = events.map(withoutPersonal).reduce(decider.evolve, from);
    expect(events.reduce(decider.evolve, from)).toEqual(state);
    return state;
  };
  const given = (...before: readonly E[]) => {
    const state = fold(decider.initialState, before);
    const when = (command: C): Outcome<S, E, Code> => {
      const decision = decider.decide(command, state);
      expect(decider.decide(command, state)).toEqual(decision);
      return {
        then: (...events) => {
          expect(decision).toEqual({ kind: 'accepted', events });
          return fold(state, events);
        },
        thenNothing: () => {
          expect(decision).toEqual({ kind: 'accepted', events: [] });
        },
        thenRefused: (code, ...pointers) => {
          expect(decision).toMatchObject({ kind: 'refused', refusal: { code } });
          if (decision.kind === 'accepted') return;
          const blamed = decision.refusal.fields?.map(({ pointer }) => pointer) ?? [];
          expect(blamed).toEqual(pointers);
        },
      };
    };
    return { when, state };
  };
  return given;
}

function withoutPersonal<E extends DomainEvent>(event: E): E {
  return event.personal === undefined ? event : { ...event, personal: ERASED };
}
