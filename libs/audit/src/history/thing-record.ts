import { canonicalJson, ERASED, type DomainEvent, type JsonValue } from '@tierbook/eventing';
import type { FieldName } from './fields';
import { settingOf, type Thing } from './settings';

/** One field, before an event and after it. `Erased` for personal data whose key was destroyed. */
export interface FieldChange {
  readonly of: Thing;
  readonly field: FieldName;
  /** `null` where it had no value. */
  readonly from: unknown;
  readonly to: unknown;
}

/**
 * The things of one stream, field by field, as its events have left them: take them in from the first on.
 * It holds personal data in the clear, so it lives no longer than one answer.
 */
export class ThingRecord {
  private readonly things = new Map<string, Map<FieldName, unknown>>();

  /**
   * Takes the stream's next event in and answers what it changed. What is erased is told whether it changed or
   * not: nobody can say.
   */
  apply(event: DomainEvent): readonly FieldChange[] {
    const setting = settingOf(event);
    if (setting === undefined) return [];
    const { of, fields } = setting;
    const known = this.fieldsOf(of);
    return Object.entries(fields).flatMap(([name, to = null]) => {
      const field = name as FieldName;
      const from = known.get(field) ?? null;
      known.set(field, to);
      return to !== ERASED && isSame(from, to) ? [] : [{ of, field, from, to }];
    });
  }

  /** A field's value now, `null` where it has none. */
  valueOf(thing: Thing, field: FieldName): unknown {
    return this.things.get(keyOf(thing))?.get(field) ?? null;
  }

  /** What the subscriptions that an event's data names are called: their own names, else their offers'. */
  subscriptionNames(data: object): ReadonlyMap<string, string> {
    const { subscriptionId, scope, withBase } = data as {
      readonly subscriptionId?: string;
      readonly scope?: { readonly subscriptionId?: string };
      readonly withBase?: string | null;
    };
    const ids = [subscriptionId, withBase, scope?.subscriptionId];
    return new Map(
      ids.flatMap((id) => (typeof id === 'string' ? [[id, this.subscriptionName(id)]] : [])),
    );
  }

  private subscriptionName(id: string): string {
    const subscription = { type: 'subscription', id } as const;
    const name = this.valueOf(subscription, 'name');
    if (typeof name === 'string' && name !== ERASED) return name;
    const offer = this.valueOf(subscription, 'offerTerms') as { readonly name?: string } | null;
    return offer?.name ?? id;
  }

  private fieldsOf(thing: Thing): Map<FieldName, unknown> {
    const key = keyOf(thing);
    const known = this.things.get(key) ?? new Map<FieldName, unknown>();
    this.things.set(key, known);
    return known;
  }
}

function keyOf({ type, id }: Thing): string {
  return `${type}/${id}`;
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || canonicalJson(a as JsonValue) === canonicalJson(b as JsonValue);
}
