import type {
  CustomerId,
  DelegatedAdminRevoked,
  DelegationScope,
  Instant,
  ProviderId,
} from '@tierbook/domain';
import { misplaced, revealed, type Projection } from '../projection';
import type { ViewDefinition } from '../view';
import { grantedDelegation, type GrantedDelegation } from './granted-delegation';

/** A delegation, kept when it has ended. */
export interface DelegationDoc extends GrantedDelegation {
  readonly customerId: CustomerId;
  readonly providerId: ProviderId;
  readonly scope: DelegationScope;
  readonly grantedAt: Instant;
  /** Given with what changed it last; `null` where none was given, and once erased. */
  readonly reason: string | null;
  /** `ended` once that is recorded: one whose time has run out no longer holds before that. */
  readonly status: 'granted' | 'ended';
  readonly endedAt: Instant | null;
  readonly cause: DelegatedAdminRevoked['data']['cause'] | null;
  readonly revision: number;
}

export const delegationsView: ViewDefinition<DelegationDoc> = {
  name: 'delegations',
  version: 2,
  readableFrom: 1,
  fields: {
    customerId: 'keyword',
    resellerId: 'keyword',
    status: 'keyword',
    grantedAt: 'keyword',
    end: 'keyword',
  },
  indexes: [
    ['customerId', 'grantedAt'],
    ['status', 'end'],
  ],
};

export const delegationsProjection: Projection<DelegationDoc> = {
  view: delegationsView,
  keysOf({ event }) {
    switch (event.type) {
      case 'DelegatedAdminGranted':
      case 'DelegatedAdminRenewed':
      case 'DelegatedAdminRevoked':
        return [event.data.delegationId];
      case 'PersonalDataErased':
        return event.data.delegationIds;
      default:
        return [];
    }
  },
  apply(before, recorded, key) {
    const { event, revision, metadata } = recorded;
    if (event.type === 'DelegatedAdminGranted') {
      return {
        ...grantedDelegation(event.data),
        customerId: event.data.customerId,
        providerId: metadata.tenant as ProviderId,
        scope: event.data.scope,
        grantedAt: metadata.occurredAt,
        reason: revealed(event.personal)?.reason ?? null,
        status: 'granted',
        endedAt: null,
        cause: null,
        revision,
      };
    }
    if (before === undefined) throw misplaced(recorded, delegationsView.name, key);
    switch (event.type) {
      case 'DelegatedAdminRenewed': {
        const reason = revealed(event.personal)?.reason ?? before.reason;
        return { ...before, end: event.data.end.to, reason, revision };
      }
      case 'DelegatedAdminRevoked': {
        const reason = revealed(event.personal)?.reason ?? before.reason;
        const { cause } = event.data;
        const endedAt = metadata.occurredAt;
        return { ...before, status: 'ended', endedAt, cause, reason, revision };
      }
      case 'PersonalDataErased':
        return { ...before, reason: null, revision };
      default:
        return before;
    }
  },
};
