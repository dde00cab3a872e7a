/**
 * Every rule that can refuse a command: one stable code each, its title, and what to do about it.
 * The HTTP layer answers them as 409 `application/problem+json` unless `status` says otherwise.
 */
export const REFUSALS = {
  'provider-exists': {
    title: 'Provider already exists',
    advice: 'Read the provider instead of creating it again.',
  },
  'reseller-already-applied': {
    title: 'Application already under way',
    advice: 'Wait for the operator to approve or reject it.',
  },
  'reseller-already-enrolled': {
    title: 'Reseller already enrolled',
    advice: 'Nothing to do: this partner id is enrolled.',
  },
  'reseller-not-applied': {
    title: 'No application to decide on',
    advice:
      'Only an application that waits can be approved or rejected; read the reseller for its status.',
  },
  'reseller-not-enrolled': {
    title: 'Reseller not enrolled',
    advice: 'Apply to the programme, and accept the partnership once the operator has approved.',
  },
  'reseller-suspended': {
    title: 'Reseller suspended',
    advice: 'Ask the operator, who alone can reinstate the reseller.',
  },
  'reseller-not-suspended': {
    title: 'Reseller not suspended',
    advice: 'Nothing to do: only a suspended reseller is reinstated.',
  },
  'draft-without-link': {
    title: 'Draft without the link',
    advice: 'Put {link} into the body where the invitation link goes.',
  },
  'partnership-request-withdrawn': {
    title: 'Request withdrawn',
    advice: 'Ask the provider for a new partnership request.',
  },
  'partnership-request-declined': {
    title: 'Request declined',
    advice: 'Ask the provider for a new partnership request.',
  },
  'partnership-request-accepted': {
    title: 'Request already accepted',
    advice: 'A link works once; read the partnership instead.',
  },
  'partnership-request-expired': {
    title: 'Request expired',
    advice: 'Ask the provider to send the request again.',
  },
  'invitation-superseded': {
    title: 'Link replaced by a newer one',
    advice: 'Follow the link that was sent last.',
  },
  'consent-missing': {
    title: 'Consent missing',
    advice: 'Read what is authorised and send `consent: true`.',
  },
  'region-mismatch': {
    title: 'Provider and reseller are in different regions',
    advice: 'Partner with a provider of your own market region.',
  },
  'partnership-already-active': {
    title: 'Partnership already active',
    advice: 'Nothing to do: these two are partners already.',
  },
  'partnership-not-active': {
    title: 'No active partnership',
    advice: 'Choose a reseller whose partnership with this provider is active.',
  },
  'successor-not-another': {
    title: 'Successor is the reseller itself',
    advice: 'Choose another reseller as successor, or none.',
  },
  'credit-end-out-of-range': {
    title: 'End of credit out of range',
    advice: 'Give a day from today until twelve months from now (UTC), or none for today.',
  },
  'offer-limits-invalid': {
    title: 'Offer limits invalid',
    advice: 'Give a minimum of at least 1 that is not above the maximum.',
  },
  'offer-prices-invalid': {
    title: 'Offer prices invalid',
    advice: 'Give one price, as decimal text, for each billing cycle that is offered.',
  },
  'currency-unknown': {
    title: 'Unknown currency',
    advice: 'Give an alphabetic currency code of ISO 4217, such as BRL.',
  },
  'offer-refers-to-itself': {
    title: 'Offer refers to itself',
    advice: 'Name other offers as bases and upgrade targets.',
  },
  'offer-retired': {
    title: 'Offer retired',
    advice: 'Choose an offer that takes new orders.',
  },
  'offer-unavailable-in-country': {
    title: "Offer not sold in the customer's country",
    advice: "Choose an offer that is available in the customer's country.",
  },
  'offer-limit-reached': {
    title: 'Limit of subscriptions of this offer reached',
    advice: 'Buy more licences of the subscription that the customer has.',
  },
  'add-on-needs-base': {
    title: 'Add-on without an active base',
    advice: 'Buy, or reactivate, a subscription that the add-on goes with first.',
  },
  'start-out-of-range': {
    title: 'Start out of range',
    advice: 'Leave startsAt out to start at once, or give a time within the next 12 months.',
  },
  'offer-unknown': { title: 'Unknown offer', advice: 'Choose an offer of this provider.' },
  'quantity-out-of-range': {
    title: "Quantity outside the offer's limits",
    advice: "Choose a quantity within the offer's minimum and maximum.",
  },
  'billing-cycle-unavailable': {
    title: 'Billing cycle not offered',
    advice: "Choose one of the offer's billing cycles.",
  },
  'term-unavailable': { title: 'Term not offered', advice: "Choose one of the offer's terms." },
  'domain-taken': {
    title: 'Domain taken',
    advice: 'Choose another domain prefix; check it with GET /v1/domains/{prefix}.',
  },
  'reference-taken': {
    title: 'Reference taken',
    advice: "Choose another reference: it is unique among a provider's customers.",
  },
  'agreement-required': {
    title: 'Agreement required',
    advice: 'Record the agreement first; of a new customer, send it as `agreement`.',
  },
  'agreement-date-in-future': {
    title: 'Agreement in the future',
    advice: 'Give the day on which it was agreed: today (UTC) or before.',
  },
  'customer-ended': {
    title: 'Customer ended',
    advice: 'Reopen the customer first.',
  },
  'customer-not-ended': {
    title: 'Customer not ended',
    advice: 'Nothing to do: only a customer that has ended is reopened.',
  },
  'customer-has-subscriptions': {
    title: 'Customer has running subscriptions',
    advice: 'Suspend or cancel each subscription that `errors` names, then end the customer.',
  },
  'registration-number-required': {
    title: 'Registration number required',
    advice: 'Send registrationNumber for a customer in this country.',
  },
  'registration-number-invalid': {
    title: 'Registration number invalid',
    advice: 'Correct registrationNumber: its form or its check digits are wrong for this country.',
  },
  'phone-required': {
    title: 'Phone required',
    advice: 'Send phone for a customer in this country.',
  },
  'phone-invalid': {
    title: 'Phone invalid',
    advice: 'Correct phone: + and the country code, or a national number of the same country.',
  },
  'state-required': {
    title: 'State required',
    advice: 'Send address.state; GET /v1/country-rules/{code} lists them.',
  },
  'state-unknown': {
    title: 'Unknown state',
    advice: 'Send a code or a name that GET /v1/country-rules/{code} lists.',
  },
  'postal-code-required': {
    title: 'Postal code required',
    advice: 'Send address.postalCode; GET /v1/country-rules/{code} says its pattern.',
  },
  'postal-code-invalid': {
    title: 'Postal code invalid',
    advice: 'Correct address.postalCode; GET /v1/country-rules/{code} says its pattern.',
  },
  'country-unknown': {
    title: 'Unknown country',
    advice: 'Send a code that GET /v1/country-rules lists.',
  },
  'subscription-unknown': {
    title: 'Unknown subscription',
    advice: 'Choose a subscription of this customer.',
    status: 404,
  },
  'subscription-not-active': {
    title: 'Subscription not active',
    advice: 'Only an active subscription can be changed so.',
  },
  'subscription-ended': {
    title: 'Subscription has ended',
    advice: 'A cancelled or expired subscription does not change again: buy a new one.',
  },
  'subscription-not-suspended': {
    title: 'Subscription not suspended',
    advice: 'Only a suspended subscription can be reactivated.',
  },
  'subscription-not-renewing': {
    title: 'Subscription does not renew',
    advice: 'Turn automatic renewal on, then schedule what begins with the next term.',
  },
  'scheduled-change-exists': {
    title: 'Another change is scheduled',
    advice: 'Undo the scheduled change first.',
  },
  'upgrade-not-offered': {
    title: 'Upgrade not offered',
    advice: "Choose one of the present offer's upgrade targets.",
  },
  'upgrade-strands-add-on': {
    title: 'Upgrade would strand an add-on',
    advice: 'Cancel the add-on first, or choose an offer that it goes with.',
  },
  'delegation-unknown': {
    title: 'Unknown delegation',
    advice: 'Choose a delegation of this customer that has not been revoked.',
    status: 404,
  },
  'delegation-exists': {
    title: 'Delegation of the same scope exists',
    advice: 'Renew it, or revoke it first.',
  },
  'delegation-ended': {
    title: 'Delegation has run out',
    advice: 'Grant a new one.',
  },
  'delegation-needs-association': {
    title: 'Reseller not associated',
    advice: 'Associate the reseller with what it is to administer first.',
  },
  'delegation-rights-invalid': {
    title: 'Rights do not fit the scope',
    advice: 'Give read-customer, and rights of the scope.',
  },
  'delegation-start-out-of-range': {
    title: 'Start out of range',
    advice: 'Leave start out to start at once, or give a time within the next 12 months.',
  },
  'delegation-end-out-of-range': {
    title: 'End out of range',
    advice: 'Give an end at most two years after the start; a delegation can be renewed.',
  },
  'customer-erased': {
    title: 'Customer erased',
    advice: 'Nothing more can be done with it: its personal data is gone for good.',
  },
  'service-unknown': {
    title: 'Unknown service',
    advice: 'Choose a service that GET /v1/services lists.',
    status: 404,
  },
  'service-name-taken': {
    title: 'Service name taken',
    advice: 'Choose another name, or revoke the service that has it.',
  },
  'service-limit-reached': {
    title: 'Limit of services reached',
    advice: 'Revoke services that are not used: an organisation has at most 100.',
  },
  'service-role-unavailable': {
    title: 'Role of another kind of organisation',
    advice: "Choose `operator` for the operator's services, another role for all others.",
  },
  'service-revoked': {
    title: 'Service revoked',
    advice: 'Create a new service: a revoked one does not come back.',
  },
  'effective-date-before-term': {
    title: 'Date before the present term',
    advice: 'Give a date in the present term.',
  },
  'effective-date-in-future': {
    title: 'Date in the future',
    advice: 'Give today or an earlier day (UTC).',
  },
} as const satisfies Record<string, { title: string; advice: string; status?: 404 }>;

export type RefusalCode = keyof typeof REFUSALS;
