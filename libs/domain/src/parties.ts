/** Whom an event concerns, and as what: an index for feed and history, never a right. */
export interface Party {
  readonly id: string;
  readonly as: 'customer' | 'reseller' | 'record' | 'support';
}

/** The same parties, each named once. */
export function distinct(parties: readonly Party[]): readonly Party[] {
  return parties.filter(
    (party, index) =>
      index === parties.findIndex((other) => other.id === party.id && other.as === party.as),
  );
}
