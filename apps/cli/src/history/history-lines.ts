import {
  changeText,
  sentenceOf,
  type FieldChange,
  type HistoryEntry,
  type Language,
  type Names,
  type RefusalEntry,
} from '@tierbook/audit';
import { ERASED } from '@tierbook/eventing';
import { jsonLine, plainText } from '../terminal/output';

export const FORMATS = ['text', 'json', 'markdown'] as const;
export type Format = (typeof FORMATS)[number];

/** A refused command. */
export type Refused = Extract<RefusalEntry, { readonly kind: 'refusal' }>;

/** What a history begins with. */
export interface Heading {
  readonly customer: string;
  readonly log: string;
  readonly language: Language;
}

/** Writes a history piece by piece: each answers the text of its lines. */
export interface HistoryWriter {
  begin(heading: Heading): string;
  event(entry: HistoryEntry, names: Names, language: Language): string;
  refusal(refused: Refused, language: Language): string;
  end(counts: { readonly events: number; readonly refusals: number }, language: Language): string;
}

const WORDS = {
  en: {
    history: 'History of customer',
    by: 'by command',
    unnamed: 'unnamed',
    correlation: 'correlation',
    cause: 'cause',
    at: 'at',
    refused: 'Refused: ',
    of: 'of',
    dryRun: ' (dry run)',
    events: 'Events',
    refusals: 'Refused commands',
  },
  'pt-BR': {
    history: 'Histórico do cliente',
    by: 'pelo comando',
    unnamed: 'sem nome',
    correlation: 'correlação',
    cause: 'causa',
    at: 'em',
    refused: 'Recusado: ',
    of: 'de',
    dryRun: ' (simulação)',
    events: 'Eventos',
    refusals: 'Comandos recusados',
  },
} as const;

function refusedText({ caller, command, dryRun, code }: Refused, language: Language): string {
  const words = WORDS[language];
  const who = `${caller.kind} ${caller.id} ${words.of} ${caller.organisation}`;
  return plainText(`${words.refused}${who}, ${command}${dryRun ? words.dryRun : ''}: ${code}.`);
}

function totals(
  { events, refusals }: Parameters<HistoryWriter['end']>[0],
  language: Language,
): string {
  const words = WORDS[language];
  return `\n${words.events}: ${String(events)}. ${words.refusals}: ${String(refusals)}.`;
}

/** What led to an event, and where it stands: all that finds it again. */
function provenance({ recorded }: HistoryEntry, language: Language): string {
  const words = WORDS[language];
  const { command = words.unnamed, commandId, correlationId, causationId } = recorded.metadata;
  return (
    `${recorded.event.type} ${recorded.id} ${words.at} ${recorded.position}, ${words.by} ${command} ${commandId}, ` +
    `${words.correlation} ${correlationId}, ${words.cause} ${causationId}`
  );
}

function told({ recorded, changes }: HistoryEntry, names: Names, language: Language): string {
  const { event, metadata } = recorded;
  const { actor, tenant } = metadata;
  return plainText(sentenceOf({ event, actor, tenant, changes }, language, names));
}

const text: HistoryWriter = {
  begin: ({ customer, log, language }) => `${WORDS[language].history} ${customer} (log ${log})\n`,
  event: (entry, names, language) =>
    [
      `${entry.recorded.metadata.recordedAt}  ${told(entry, names, language)}`,
      ...entry.changes.map((change) => `    ${plainText(changeText(change, language, names))}`),
      `    ${provenance(entry, language)}`,
    ].join('\n'),
  refusal: (refused, language) =>
    [
      `${refused.at}  ${refusedText(refused, language)}`,
      `    ${plainText(refused.target)}, ${WORDS[language].correlation} ${refused.correlationId}`,
    ].join('\n'),
  end: totals,
};

const markdown: HistoryWriter = {
  begin: ({ customer, log, language }) =>
    `# ${WORDS[language].history} ${customer}\n\nLog ${log}\n`,
  event: (entry, names, language) =>
    [
      `- **${entry.recorded.metadata.recordedAt}** ${inMarkdown(told(entry, names, language))}`,
      ...entry.changes.map(
        (change) => `  - ${inMarkdown(plainText(changeText(change, language, names)))}`,
      ),
      `  - ${inMarkdown(provenance(entry, language))}`,
    ].join('\n'),
  refusal: (refused, language) =>
    `- **${refused.at}** ${inMarkdown(refusedText(refused, language))}\n` +
    `  - ${inMarkdown(plainText(refused.target))}`,
  end: totals,
};

/** One object over many lines: an entry a line, in the order in which they happened. */
function json(): HistoryWriter {
  let isFirst = true;
  const item = (value: object): string => {
    const line = `${isFirst ? '' : ','}${jsonLine(value)}`;
    isFirst = false;
    return line;
  };
  return {
    begin: (heading) => `${jsonLine(heading).slice(0, -1)},"entries":[`,
    event: (entry, names, language) => item(eventObject(entry, names, language)),
    refusal: (refused) => item({ ...refused, fingerprint: undefined }),
    end: (counts) => `],"counts":${jsonLine(counts)}}`,
  };
}

function eventObject(entry: HistoryEntry, names: Names, language: Language): object {
  const { recorded, changes } = entry;
  const { id, position, revision, metadata, event } = recorded;
  const { recordedAt, occurredAt, actor, parties, command } = metadata;
  const { commandId, correlationId, causationId } = metadata;
  const isSealed = names.unreadable === 'sealed';
  return {
    kind: 'event',
    ...{ id, type: event.type, position, revision, recordedAt, occurredAt, actor, parties },
    ...{ command, commandId, correlationId, causationId },
    sentence: told(entry, names, language),
    changes: isSealed ? changes.map(sealedChange) : changes,
    data: event.data,
    ...('personal' in event ? { personal: isSealed ? SEALED : event.personal } : {}),
  };
}

const SEALED = 'Sealed';

function sealedChange({ from, to, ...change }: FieldChange): object {
  const shown = (value: unknown) => (value === ERASED ? SEALED : value);
  return { ...change, from: shown(from), to: shown(to) };
}

/** Text as Markdown shows it: what would format it stands for itself. */
function inMarkdown(words: string): string {
  return words.replace(/[\\`*_[\]<>|#~&]/g, String.raw`\$&`);
}

/** The writer of a format. */
export function writerOf(format: Format): HistoryWriter {
  switch (format) {
    case 'text':
      return text;
    case 'markdown':
      return markdown;
    case 'json':
      return json();
  }
}
