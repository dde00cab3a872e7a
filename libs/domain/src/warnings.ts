/** Said aloud with an accepted command, and kept in its events. */
export type WarningCode =
  /** The customer has a reseller, but nobody is credited for this subscription. */
  'reseller-of-record-missing';
