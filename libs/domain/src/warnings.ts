/** Said aloud with an accepted command, and kept in its events. */
export type WarningCode = RecordWarning | AssociationWarning;

/** Of who is credited for a subscription. */
export type RecordWarning =
  /** The customer has a reseller, but nobody is credited for this subscription. */
  'reseller-of-record-missing';

/** Of who is associated with a customer. */
export type AssociationWarning =
  /** The customer has a reseller now, but nobody is credited for some of its subscriptions. */
  'subscriptions-uncredited';
