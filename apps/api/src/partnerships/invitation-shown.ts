import type { AUTHORISATIONS, PartnershipRequestId } from '@tierbook/domain';
import type { Invitation } from '@tierbook/application';
import type { PartnershipRequestRow } from '@tierbook/read-models';

/** A request as its provider reads it, with its link and message. */
export type PartnershipRequestDetail = PartnershipRequestRow &
  Pick<Invitation, 'email' | 'providerName' | 'link' | 'draft'>;

/** What an invitation link shows to a reseller before it is accepted or declined. */
export interface InvitationShown {
  readonly requestId: PartnershipRequestId;
  readonly provider: { readonly id: Invitation['providerId']; readonly name: string };
  readonly status: Invitation['status'];
  /** Whether a newer link has taken this one's place. */
  readonly superseded: boolean;
  readonly expiresAt: string;
  readonly authorises: typeof AUTHORISATIONS;
}
