import { ERASED, type Actor } from '@tierbook/eventing';
import { FIELD_NAMES, type Language } from './fields';
import type { EventOf, TierbookEvent, TierbookEventType } from './settings';
import type { FieldChange } from './thing-record';

/** What is told of an event. */
export interface Told {
  readonly event: TierbookEvent;
  readonly actor: Actor;
  /** The owning provider, `null` for what belongs to the whole programme. */
  readonly tenant: string | null;
  readonly changes: readonly FieldChange[];
}

/** Names of what an event holds the ids of. */
export interface Names {
  /** A reseller's name; its id where there is none to be told. */
  reseller(id: string): string;
  /** What a subscription is called: its own name, else its offer's. */
  subscription(id: string): string;
  /** What is said of personal data that cannot be read; without it, that it was erased. */
  readonly unreadable?: 'erased' | 'sealed';
}

interface Words extends Names {
  readonly changes: readonly FieldChange[];
  /** A value as it is read: `none`, `erased`, a reseller's name, or the value itself. */
  value(value: unknown): string;
  /** All that changed, such as `quantity: 10 → 20; name: none → Matriz`. */
  changed(): string;
}

/** What was done, after the subject: `ordered 10 licences of ...`. */
type Phrase<T extends TierbookEventType> = (event: EventOf<T>, words: Words) => string;
type Sentences = {
  readonly [T in TierbookEventType]: Readonly<Record<Language, Phrase<T>>>;
};

const personalOf = (event: TierbookEvent, field: string): unknown => {
  const personal: unknown = 'personal' in event ? event.personal : undefined;
  if (personal === undefined || personal === ERASED) return personal;
  return (personal as Readonly<Record<string, unknown>>)[field];
};

const scopeIn = {
  en: (scope: EventOf<'DelegatedAdminGranted'>['data']['scope'], words: Words) =>
    scope.kind === 'account'
      ? 'the whole account'
      : `subscription ${words.subscription(scope.subscriptionId)}`,
  'pt-BR': (scope: EventOf<'DelegatedAdminGranted'>['data']['scope'], words: Words) =>
    scope.kind === 'account'
      ? 'a conta inteira'
      : `a assinatura ${words.subscription(scope.subscriptionId)}`,
};

/** A sentence for each type of event in each language: the one place that says so. */
const SENTENCES: Sentences = {
  CustomerCreated: {
    en: (e, w) => `created customer ${e.data.domain}, ${w.value(personalOf(e, 'companyName'))}`,
    'pt-BR': (e, w) => `criou o cliente ${e.data.domain}, ${w.value(personalOf(e, 'companyName'))}`,
  },
  CustomerProfileChanged: {
    en: (_, w) => `changed the customer's profile (${w.changed()})`,
    'pt-BR': (_, w) => `alterou o cadastro do cliente (${w.changed()})`,
  },
  CustomerBillingProfileChanged: {
    en: (_, w) => `changed whom the customer is billed to (${w.changed()})`,
    'pt-BR': (_, w) => `alterou os dados de cobrança do cliente (${w.changed()})`,
  },
  CustomerReferenceChanged: {
    en: (_, w) => `changed the provider's own reference of the customer (${w.changed()})`,
    'pt-BR': (_, w) => `alterou a referência própria do provedor para o cliente (${w.changed()})`,
  },
  CustomerAgreementRecorded: {
    en: (e, w) =>
      `recorded that ${w.value(personalOf(e, 'signatory'))} agreed to version ${e.data.version} of the provider's terms on ${e.data.agreedOn}`,
    'pt-BR': (e, w) =>
      `registrou que ${w.value(personalOf(e, 'signatory'))} aceitou a versão ${e.data.version} dos termos do provedor em ${e.data.agreedOn}`,
  },
  CustomerEnded: {
    en: () => 'ended the relation with the customer',
    'pt-BR': () => 'encerrou a relação com o cliente',
  },
  CustomerReopened: {
    en: () => 'reopened the customer',
    'pt-BR': () => 'reabriu o cliente',
  },
  CustomerResellerChanged: {
    en: ({ data: { from, to } }, w) => {
      if (from === null) return `gave the customer to reseller ${w.value(to)}`;
      if (to === null) return `took the customer from reseller ${w.value(from)}`;
      return `moved the customer from reseller ${w.value(from)} to ${w.value(to)}`;
    },
    'pt-BR': ({ data: { from, to } }, w) => {
      if (from === null) return `passou o cliente ao revendedor ${w.value(to)}`;
      if (to === null) return `retirou o cliente do revendedor ${w.value(from)}`;
      return `passou o cliente do revendedor ${w.value(from)} ao revendedor ${w.value(to)}`;
    },
  },
  PersonalDataErased: {
    en: () => "erased the customer's personal data",
    'pt-BR': () => 'apagou os dados pessoais do cliente',
  },
  AdminCredentialIssued: {
    en: (e) =>
      e.data.previousCredentialId === null
        ? `issued the administrator's credential for ${e.data.userName}`
        : `issued a new administrator's credential for ${e.data.userName}, and revoked the one before`,
    'pt-BR': (e) =>
      e.data.previousCredentialId === null
        ? `emitiu a credencial do administrador ${e.data.userName}`
        : `emitiu uma nova credencial do administrador ${e.data.userName} e revogou a anterior`,
  },
  DelegatedAdminGranted: {
    en: (e, w) =>
      `granted reseller ${w.reseller(e.data.resellerId)} delegated administration of ${scopeIn.en(e.data.scope, w)} from ${e.data.start} until ${e.data.end}`,
    'pt-BR': (e, w) =>
      `concedeu ao revendedor ${w.reseller(e.data.resellerId)} administração delegada sobre ${scopeIn['pt-BR'](e.data.scope, w)} de ${e.data.start} até ${e.data.end}`,
  },
  DelegatedAdminRenewed: {
    en: (e, w) =>
      `renewed the delegated administration of ${scopeIn.en(e.data.scope, w)} by reseller ${w.reseller(e.data.resellerId)}: until ${e.data.end.to} instead of ${e.data.end.from}`,
    'pt-BR': (e, w) =>
      `renovou a administração delegada sobre ${scopeIn['pt-BR'](e.data.scope, w)} ao revendedor ${w.reseller(e.data.resellerId)}: até ${e.data.end.to} em vez de ${e.data.end.from}`,
  },
  DelegatedAdminRevoked: {
    en: (e, w) =>
      `revoked the delegated administration of ${scopeIn.en(e.data.scope, w)} by reseller ${w.reseller(e.data.resellerId)} (${w.value(e.data.cause)})`,
    'pt-BR': (e, w) =>
      `revogou a administração delegada sobre ${scopeIn['pt-BR'](e.data.scope, w)} ao revendedor ${w.reseller(e.data.resellerId)} (${w.value(e.data.cause)})`,
  },
  SubscriptionOrdered: {
    en: (e, w) =>
      `ordered ${String(e.data.quantity)} licences of ${e.data.offer.name} (${w.value(e.data.billingCycle)}, ${e.data.term}) from ${e.data.startsAt}; reseller of record: ${w.value(e.data.resellerOfRecord)}`,
    'pt-BR': (e, w) =>
      `assinou ${String(e.data.quantity)} licenças de ${e.data.offer.name} (${w.value(e.data.billingCycle)}, ${e.data.term}) a partir de ${e.data.startsAt}; revendedor de registro: ${w.value(e.data.resellerOfRecord)}`,
  },
  SubscriptionQuantityChanged: {
    en: (e, w) =>
      `changed the licences of subscription ${w.subscription(e.data.subscriptionId)} from ${String(e.data.from)} to ${String(e.data.to)} from ${e.data.effectiveFrom} on`,
    'pt-BR': (e, w) =>
      `alterou as licenças da assinatura ${w.subscription(e.data.subscriptionId)} de ${String(e.data.from)} para ${String(e.data.to)} a partir de ${e.data.effectiveFrom}`,
  },
  SubscriptionRenamed: {
    en: (_, w) => `renamed the subscription (${w.changed()})`,
    'pt-BR': (_, w) => `renomeou a assinatura (${w.changed()})`,
  },
  SubscriptionAutoRenewChanged: {
    en: (e, w) =>
      `${e.data.autoRenew ? 'set' : 'stopped'} the automatic renewal of subscription ${w.subscription(e.data.subscriptionId)}`,
    'pt-BR': (e, w) =>
      `${e.data.autoRenew ? 'ligou' : 'desligou'} a renovação automática da assinatura ${w.subscription(e.data.subscriptionId)}`,
  },
  SubscriptionActivated: {
    en: (e, w) =>
      `activated subscription ${w.subscription(e.data.subscriptionId)}, whose start has come`,
    'pt-BR': (e, w) =>
      `ativou a assinatura ${w.subscription(e.data.subscriptionId)}, cujo início chegou`,
  },
  SubscriptionSuspended: {
    en: (e, w) =>
      `suspended subscription ${w.subscription(e.data.subscriptionId)}${e.data.withBase === null ? '' : ` with its base ${w.subscription(e.data.withBase)}`}`,
    'pt-BR': (e, w) =>
      `suspendeu a assinatura ${w.subscription(e.data.subscriptionId)}${e.data.withBase === null ? '' : ` com a sua base ${w.subscription(e.data.withBase)}`}`,
  },
  SubscriptionReactivated: {
    en: (e, w) =>
      `reactivated subscription ${w.subscription(e.data.subscriptionId)}${e.data.withBase === null ? '' : ` with its base ${w.subscription(e.data.withBase)}`}`,
    'pt-BR': (e, w) =>
      `reativou a assinatura ${w.subscription(e.data.subscriptionId)}${e.data.withBase === null ? '' : ` com a sua base ${w.subscription(e.data.withBase)}`}`,
  },
  SubscriptionCancelled: {
    en: (e, w) =>
      `cancelled subscription ${w.subscription(e.data.subscriptionId)}; licences refunded: ${String(e.data.refundedLicences)}`,
    'pt-BR': (e, w) =>
      `cancelou a assinatura ${w.subscription(e.data.subscriptionId)}; licenças reembolsadas: ${String(e.data.refundedLicences)}`,
  },
  SubscriptionExpired: {
    en: (e, w) =>
      `let subscription ${w.subscription(e.data.subscriptionId)} expire at the end of its term`,
    'pt-BR': (e, w) =>
      `deixou a assinatura ${w.subscription(e.data.subscriptionId)} expirar no fim do prazo`,
  },
  SubscriptionUpgraded: {
    en: (e, w) =>
      `upgraded subscription ${w.subscription(e.data.subscriptionId)} from ${e.data.from.offer.name} to ${e.data.to.offer.name}`,
    'pt-BR': (e, w) =>
      `passou a assinatura ${w.subscription(e.data.subscriptionId)} de ${e.data.from.offer.name} para ${e.data.to.offer.name}`,
  },
  SubscriptionChangeScheduled: {
    en: (e, w) =>
      `scheduled for the end of the term of subscription ${w.subscription(e.data.subscriptionId)}, ${e.data.effectiveAt}: ${w.value(e.data.to)}`,
    'pt-BR': (e, w) =>
      `agendou para o fim do prazo da assinatura ${w.subscription(e.data.subscriptionId)}, ${e.data.effectiveAt}: ${w.value(e.data.to)}`,
  },
  SubscriptionScheduledChangeUndone: {
    en: (e, w) =>
      `undid what was scheduled for subscription ${w.subscription(e.data.subscriptionId)}: ${w.value(e.data.change)}`,
    'pt-BR': (e, w) =>
      `desfez o que estava agendado para a assinatura ${w.subscription(e.data.subscriptionId)}: ${w.value(e.data.change)}`,
  },
  SubscriptionRenewed: {
    en: (e, w) =>
      `renewed subscription ${w.subscription(e.data.subscriptionId)} with ${String(e.data.quantity)} licences of ${e.data.offer.name} until ${e.data.termEndsAt}`,
    'pt-BR': (e, w) =>
      `renovou a assinatura ${w.subscription(e.data.subscriptionId)} com ${String(e.data.quantity)} licenças de ${e.data.offer.name} até ${e.data.termEndsAt}`,
  },
  ResellerOfRecordChanged: {
    en: (e, w) =>
      `changed the reseller of record of subscription ${w.subscription(e.data.subscriptionId)} from ${w.value(e.data.from)} to ${w.value(e.data.to)} from ${e.data.effectiveFrom} on`,
    'pt-BR': (e, w) =>
      `trocou o revendedor de registro da assinatura ${w.subscription(e.data.subscriptionId)} de ${w.value(e.data.from)} para ${w.value(e.data.to)} a partir de ${e.data.effectiveFrom}`,
  },
  ResellerOfRecordCorrected: {
    en: (e, w) =>
      `corrected the reseller of record of subscription ${w.subscription(e.data.subscriptionId)} from ${w.value(e.data.from)} to ${w.value(e.data.to)}, for days from ${e.data.effectiveFrom} on`,
    'pt-BR': (e, w) =>
      `corrigiu o revendedor de registro da assinatura ${w.subscription(e.data.subscriptionId)} de ${w.value(e.data.from)} para ${w.value(e.data.to)}, para os dias a partir de ${e.data.effectiveFrom}`,
  },
  SupportContactDesignated: {
    en: (e, w) =>
      `designated the support contact of subscription ${w.subscription(e.data.subscriptionId)}: ${w.value(e.data.to)} instead of ${w.value(e.data.from)}`,
    'pt-BR': (e, w) =>
      `designou o contato de suporte da assinatura ${w.subscription(e.data.subscriptionId)}: ${w.value(e.data.to)} em vez de ${w.value(e.data.from)}`,
  },
  CustomerReferenceClaimed: {
    en: (e) => `claimed a reference for customer ${e.data.customerId}`,
    'pt-BR': (e) => `reservou uma referência para o cliente ${e.data.customerId}`,
  },
  CustomerReferenceReleased: {
    en: (e) => `gave a reference of customer ${e.data.customerId} back`,
    'pt-BR': (e) => `liberou uma referência do cliente ${e.data.customerId}`,
  },
  OfferPublished: {
    en: (e) => `published the offer ${e.data.name}`,
    'pt-BR': (e) => `publicou a oferta ${e.data.name}`,
  },
  OfferRevised: {
    en: (e, w) => `revised the offer ${e.data.name} (${w.changed()})`,
    'pt-BR': (e, w) => `revisou a oferta ${e.data.name} (${w.changed()})`,
  },
  OfferRetired: {
    en: () => 'retired the offer',
    'pt-BR': () => 'retirou a oferta',
  },
  PartnershipAccepted: {
    en: (e, w) => `began the partnership with reseller ${w.reseller(e.data.resellerId)}`,
    'pt-BR': (e, w) => `iniciou a parceria com o revendedor ${w.reseller(e.data.resellerId)}`,
  },
  PartnershipEnded: {
    en: (e, w) =>
      `ended the partnership with reseller ${w.reseller(e.data.resellerId)}; successor: ${w.value(e.data.successor)}`,
    'pt-BR': (e, w) =>
      `encerrou a parceria com o revendedor ${w.reseller(e.data.resellerId)}; sucessor: ${w.value(e.data.successor)}`,
  },
  PartnershipOffBoardingPlanned: {
    en: (e, w) =>
      `began to take back what reseller ${w.reseller(e.data.resellerId)} had of ${String(e.data.holdings.customers)} customers`,
    'pt-BR': (e, w) =>
      `começou a retirar o que o revendedor ${w.reseller(e.data.resellerId)} tinha de ${String(e.data.holdings.customers)} clientes`,
  },
  PartnershipOffBoardingCompleted: {
    en: (e, w) => `took back all that reseller ${w.reseller(e.data.resellerId)} had`,
    'pt-BR': (e, w) => `retirou tudo o que o revendedor ${w.reseller(e.data.resellerId)} tinha`,
  },
  PartnershipRequested: {
    en: (e, w) =>
      `requested a partnership of ${w.value(personalOf(e, 'email'))}, to be answered before ${e.data.expiresAt}`,
    'pt-BR': (e, w) =>
      `solicitou uma parceria a ${w.value(personalOf(e, 'email'))}, com resposta até ${e.data.expiresAt}`,
  },
  PartnershipRequestReminded: {
    en: (e) => `sent the request again, to be answered before ${e.data.expiresAt.to}`,
    'pt-BR': (e) => `reenviou a solicitação, com resposta até ${e.data.expiresAt.to}`,
  },
  PartnershipRequestBounced: {
    en: (e, w) => `noted that the request came back: ${w.value(personalOf(e, 'note'))}`,
    'pt-BR': (e, w) => `anotou que a solicitação voltou: ${w.value(personalOf(e, 'note'))}`,
  },
  PartnershipRequestReminderDue: {
    en: (e) => `noted that nobody has answered the request, which expires at ${e.data.expiresAt}`,
    'pt-BR': (e) => `anotou que ninguém respondeu à solicitação, que expira em ${e.data.expiresAt}`,
  },
  PartnershipRequestExpired: {
    en: () => 'let the request expire, which nobody had answered',
    'pt-BR': () => 'deixou expirar a solicitação, que ninguém respondeu',
  },
  PartnershipRequestWithdrawn: {
    en: () => 'withdrew the request',
    'pt-BR': () => 'retirou a solicitação',
  },
  PartnershipRequestDeclined: {
    en: (e, w) => `declined the request, for reseller ${w.reseller(e.data.resellerId)}`,
    'pt-BR': (e, w) => `recusou a solicitação, pelo revendedor ${w.reseller(e.data.resellerId)}`,
  },
  PartnershipRequestAccepted: {
    en: (e, w) => `accepted the request, for reseller ${w.reseller(e.data.resellerId)}`,
    'pt-BR': (e, w) => `aceitou a solicitação, pelo revendedor ${w.reseller(e.data.resellerId)}`,
  },
  ProviderCreated: {
    en: (e, w) => `created the provider ${w.value(personalOf(e, 'name'))}`,
    'pt-BR': (e, w) => `criou o provedor ${w.value(personalOf(e, 'name'))}`,
  },
  AgreementRequirementChanged: {
    en: (e, w) =>
      `changed the version of the terms that customers must agree to from ${w.value(e.data.from)} to ${w.value(e.data.to)}`,
    'pt-BR': (e, w) =>
      `alterou a versão dos termos que os clientes devem aceitar de ${w.value(e.data.from)} para ${w.value(e.data.to)}`,
  },
  ResellerApplied: {
    en: (e, w) =>
      `applied for the enrolment of ${w.value(personalOf(e, 'name'))} with partner id ${e.data.partnerId}`,
    'pt-BR': (e, w) =>
      `pediu a inscrição de ${w.value(personalOf(e, 'name'))} com a identificação de parceiro ${e.data.partnerId}`,
  },
  ResellerApproved: {
    en: () => "approved the reseller's enrolment",
    'pt-BR': () => 'aprovou a inscrição do revendedor',
  },
  ResellerRejected: {
    en: () => "rejected the reseller's application",
    'pt-BR': () => 'rejeitou a inscrição do revendedor',
  },
  ResellerSuspended: {
    en: () => 'suspended the reseller',
    'pt-BR': () => 'suspendeu o revendedor',
  },
  ResellerReinstated: {
    en: () => 'reinstated the reseller',
    'pt-BR': () => 'reintegrou o revendedor',
  },
  ResellerProfileChanged: {
    en: (_, w) => `changed the reseller's profile (${w.changed()})`,
    'pt-BR': (_, w) => `alterou o cadastro do revendedor (${w.changed()})`,
  },
  ServiceCreated: {
    en: (e) => `created the service ${e.data.name} with the role ${e.data.role}`,
    'pt-BR': (e) => `criou o serviço ${e.data.name} com a função ${e.data.role}`,
  },
  ServiceSecretRotated: {
    en: (e) => `gave the service a new secret; the former works until ${e.data.formerUntil}`,
    'pt-BR': (e) => `deu ao serviço um novo segredo; o anterior vale até ${e.data.formerUntil}`,
  },
  ServiceRevoked: {
    en: () => 'revoked the service',
    'pt-BR': () => 'revogou o serviço',
  },
};

const COMMON = {
  en: {
    none: 'none',
    erased: 'erased',
    sealed: 'sealed',
    provider: 'the provider',
    cancel: 'cancellation',
    licences: 'licences',
    yes: 'yes',
    no: 'no',
    reason: 'reason',
    agent: 'Agent',
    service: 'Service',
    operator: 'Operator',
    process: 'Tierbook itself,',
    ofProvider: 'of the provider',
    ofReseller: 'of reseller',
    onBehalf: "on the customer's behalf, by delegation",
  },
  'pt-BR': {
    none: 'nenhum',
    erased: 'apagado',
    sealed: 'lacrado',
    provider: 'o provedor',
    cancel: 'cancelamento',
    licences: 'licenças',
    yes: 'sim',
    no: 'não',
    reason: 'motivo',
    agent: 'O agente',
    service: 'O serviço',
    operator: 'O operador',
    process: 'O próprio Tierbook,',
    ofProvider: 'do provedor',
    ofReseller: 'do revendedor',
    onBehalf: 'em nome do cliente, pela delegação',
  },
} as const satisfies Readonly<Record<Language, object>>;

/** Values that events write as one word of English. */
const PORTUGUESE: Readonly<Record<string, string>> = {
  accepted: 'aceita',
  active: 'ativo',
  annual: 'anual',
  applied: 'inscrito',
  cancelled: 'cancelada',
  completed: 'concluído',
  'customer-ended': 'relação com o cliente encerrada',
  declined: 'recusada',
  ended: 'encerrado',
  enrolled: 'credenciado',
  erased: 'apagado',
  expired: 'expirada',
  monthly: 'mensal',
  'one-time': 'única',
  'partnership-ended': 'parceria encerrada',
  pending: 'pendente',
  planned: 'planejado',
  published: 'publicada',
  rejected: 'rejeitado',
  requested: 'solicitada',
  'reseller-changed': 'revendedor trocado',
  retired: 'retirada',
  revoked: 'revogada',
  suspended: 'suspensa',
  withdrawn: 'retirada',
};

/** One sentence that says who did what. */
export function sentenceOf(told: Told, language: Language, names: Names): string {
  const { event, changes } = told;
  const value = (each: unknown) => valueText(each, language, names);
  const words: Words = {
    reseller: (id) => names.reseller(id),
    subscription: (id) => names.subscription(id),
    changes,
    value,
    changed: () => changes.map((change) => changeText(change, language, names)).join('; '),
  };
  const phrase = SENTENCES[event.type][language] as (event: TierbookEvent, words: Words) => string;
  const reason = personalOf(event, 'reason');
  const why =
    typeof reason === 'string' && reason !== ERASED
      ? ` (${COMMON[language].reason}: ${reason})`
      : '';
  const sentence = `${actorText(told, language, names)} ${phrase(event, words)}${why}`;
  // Many a company's name ends with a full stop of its own.
  return sentence.endsWith('.') ? sentence : `${sentence}.`;
}

/** A change as it is read: `quantity: 10 → 20`. */
export function changeText(
  { field, from, to }: FieldChange,
  language: Language,
  names: Names,
): string {
  const name = FIELD_NAMES[field][language];
  return `${name}: ${valueText(from, language, names)} → ${valueText(to, language, names)}`;
}

/** Who acted, for whom, and on whose behalf. */
export function actorText(
  { actor, tenant }: Pick<Told, 'actor' | 'tenant'>,
  language: Language,
  names: Names,
): string {
  const common = COMMON[language];
  const parts = [common[actor.kind], actor.id];
  if (actor.organisation === tenant) parts.push(common.ofProvider);
  else if (actor.kind === 'agent' || actor.kind === 'service') {
    if (actor.organisation !== 'operator') {
      parts.push(common.ofReseller, names.reseller(actor.organisation));
    }
  }
  const who = parts.join(' ');
  if (actor.delegation === undefined) return who;
  return `${who} (${common.onBehalf} ${actor.delegation})`;
}

function valueText(value: unknown, language: Language, names: Names): string {
  const common = COMMON[language];
  if (value === null || value === undefined) return common.none;
  if (value === ERASED) return common[names.unreadable ?? 'erased'];
  if (typeof value === 'boolean') return value ? common.yes : common.no;
  if (typeof value === 'string') return language === 'en' ? value : (PORTUGUESE[value] ?? value);
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) {
    return value.map((each) => valueText(each, language, names)).join(', ') || common.none;
  }
  return objectText(value as Readonly<Record<string, unknown>>, language, names);
}

function objectText(
  value: Readonly<Record<string, unknown>>,
  language: Language,
  names: Names,
): string {
  const common = COMMON[language];
  const { resellerId, kind, quantity, offer, subscriptionId } = value;
  if (typeof resellerId === 'string') return names.reseller(resellerId);
  if (kind === 'provider') return common.provider;
  if (kind === 'cancel') return common.cancel;
  if (kind === 'quantity') return `${String(quantity)} ${common.licences}`;
  if (kind === 'offer') return String((offer as { readonly name?: unknown }).name);
  if (typeof subscriptionId === 'string') return names.subscription(subscriptionId);
  if (typeof value['name'] === 'string') return value['name'];
  // An address is read as it is written; what is left is for who reads data.
  return 'line1' in value ? Object.values(value).join(', ') : JSON.stringify(value);
}
