import type {
  DelegatedAdminGranted,
  DelegatedAdminRenewed,
  DelegatedAdminRevoked,
  DelegatedRight,
  DelegationId,
  Instant,
  PartneredReseller,
} from '@tierbook/domain';

/** A delegated administrator, from `start` until `end`. */
export interface GrantedDelegation extends PartneredReseller {
  readonly delegationId: DelegationId;
  readonly rights: readonly DelegatedRight[];
  readonly start: Instant;
  readonly end: Instant;
}

/** The delegations after the event; `granted` is what one that begins is kept as. */
export function delegationsAfter<
  D extends { readonly delegationId: DelegationId; readonly end: Instant },
>(
  delegations: readonly D[],
  event:
    | Pick<DelegatedAdminGranted, 'type' | 'data'>
    | Pick<DelegatedAdminRenewed, 'type' | 'data'>
    | Pick<DelegatedAdminRevoked, 'type' | 'data'>,
  keptAs: (granted: DelegatedAdminGranted['data']) => D,
): readonly D[] {
  const { delegationId } = event.data;
  switch (event.type) {
    case 'DelegatedAdminGranted':
      return [...delegations, keptAs(event.data)];
    case 'DelegatedAdminRenewed': {
      const { to } = event.data.end;
      return delegations.map((each) =>
        each.delegationId === delegationId ? { ...each, end: to } : each,
      );
    }
    case 'DelegatedAdminRevoked':
      return delegations.filter((each) => each.delegationId !== delegationId);
  }
}

/** A delegation without what its document says already: customer and scope. */
export function grantedDelegation({
  delegationId,
  resellerId,
  periodId,
  rights,
  start,
  end,
}: DelegatedAdminGranted['data']): GrantedDelegation {
  return { delegationId, resellerId, periodId, rights, start, end };
}
