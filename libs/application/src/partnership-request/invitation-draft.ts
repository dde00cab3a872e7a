import { LINK_PLACEHOLDER, type DraftLanguage, type DraftText } from '@tierbook/domain';

/** An invitation ready to be sent, with the link in place. */
export interface InvitationDraft {
  readonly subject: string;
  readonly body: string;
  /** Opens the draft in the sender's own e-mail program (RFC 6068). */
  readonly mailto: string;
}

const STANDARD_TEXT: Record<DraftLanguage, (providerName: string, until: string) => DraftText> = {
  en: (providerName, until) => ({
    subject: `${providerName} would like to partner with you`,
    body: [
      'Hello,',
      '',
      `${providerName} invites you to become its indirect reseller. As partners, ${providerName} can place orders for your customers, and you can be given administrator rights over the customers and subscriptions that you serve together.`,
      '',
      `To read what you would authorise, and to accept or decline, follow this link and sign in with your reseller account: ${LINK_PLACEHOLDER}`,
      '',
      'Not enrolled as an indirect reseller yet? Follow the same link: it leads you through the enrolment and back here.',
      '',
      `The link works once, until ${until}.`,
    ].join('\n'),
  }),
  'pt-BR': (providerName, until) => ({
    subject: `${providerName} gostaria de fazer uma parceria com você`,
    body: [
      'Olá,',
      '',
      `${providerName} convida você a ser seu revendedor indireto. Com a parceria, ${providerName} pode fazer pedidos para os seus clientes, e você pode receber direitos de administrador sobre os clientes e as assinaturas que atenderem juntos.`,
      '',
      `Para ler o que será autorizado e aceitar ou recusar, siga este link e entre com a sua conta de revendedor: ${LINK_PLACEHOLDER}`,
      '',
      'Ainda não está registrado como revendedor indireto? Siga o mesmo link: ele conduz pelo registro e traz você de volta.',
      '',
      `O link funciona uma única vez, até ${until}.`,
    ].join('\n'),
  }),
};

/** The draft of an invitation: the provider's own text, or the standard one in the language asked for. */
export function invitationDraft(invitation: {
  readonly providerName: string;
  readonly email: string;
  readonly language: DraftLanguage;
  readonly draft?: DraftText;
  readonly expiresAt: string;
  readonly link: string;
}): InvitationDraft {
  const { providerName, email, language, draft, expiresAt, link } = invitation;
  const until = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(
    new Date(expiresAt),
  );
  const text = draft ?? STANDARD_TEXT[language](providerName, until);
  const body = text.body.replaceAll(LINK_PLACEHOLDER, () => link);
  // The "@" between mailbox and domain stands as it is (RFC 6068, section 2).
  const to = encodeURIComponent(email).replaceAll('%40', '@');
  const mailto = `mailto:${to}?subject=${encodeURIComponent(text.subject)}&body=${encodeURIComponent(body.replaceAll('\n', '\r\n'))}`;
  return { subject: text.subject, body, mailto };
}
