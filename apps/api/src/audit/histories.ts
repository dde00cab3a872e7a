import { Inject, Injectable } from '@nestjs/common';
import {
  beginning,
  EVENT_TYPES,
  FIELDS,
  History,
  LANGUAGES,
  ResellerNames,
  sentenceOf,
  type FieldChange,
  type FieldName,
  type HistoryEdge,
  type HistoryEntry,
  type HistoryFilter,
  type HistoryPage,
  type Language,
  type TierbookEvent,
} from '@tierbook/audit';
import { seesReseller } from '@tierbook/application';
import type { ResellerId } from '@tierbook/domain';
import type { Position } from '@tierbook/eventing';
import { organisationIdOf, type Principal } from '@tierbook/identity';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import type { CursorScope } from '@tierbook/read-models';
import { instantOf } from '../http/fields';
import { checkBounds } from '../http/paging';
import { ProblemError } from '../http/problems';
import { ReadYourWrites } from '../http/read-your-writes';
import { requireRole } from '../http/reader';
import type { Exchange } from '../http/request';
import { ANOTHER_RESELLER, EventSight, eventFor, withoutOthers } from './event-sight';
import { eventView, type EventView } from './event-view';
import type { HistoryQuery } from './history.dto';
import { shown as shownRefusal } from './refusals.controller';

/** An event with what it changed, as data and as a sentence. */
export interface ToldEvent extends EventView {
  readonly changes: readonly FieldChange[];
  readonly sentence: string;
}

/** Commands that were refused while a page's events happened. */
export interface RefusalsMeanwhile {
  /** The newest first. */
  readonly items: readonly object[];
  /** There are more than these. */
  readonly more: boolean;
}

export interface HistoryAnswer {
  readonly events: readonly ToldEvent[];
  readonly nextCursor: string | null;
  readonly previousCursor: string | null;
  readonly cutShort: boolean;
  readonly language: Language;
  readonly refusals?: RefusalsMeanwhile;
}

/** What a history is of: one stream, or a thing within one; nothing: all that the caller may see. */
export interface HistoryOf {
  readonly stream?: string;
  readonly thing?: string;
  readonly customer?: string;
  /** Id that stands in the path of the commands on it. */
  readonly target?: string;
}

const DEFAULT_LIMIT = 50;
/** Refused commands that one page holds. */
const MOST_REFUSALS = 200;
const ANOTHER: Readonly<Record<Language, string>> = {
  en: 'another reseller',
  'pt-BR': 'outro revendedor',
};

/** Answers histories: to each caller what its rights cover now, in its language. */
@Injectable()
export class Histories {
  private readonly history: History;

  constructor(
    @Inject(TIERBOOK) private readonly tierbook: Tierbook,
    private readonly sight: EventSight,
    private readonly readYourWrites: ReadYourWrites,
  ) {
    this.history = new History(tierbook.engines.eventStore, tierbook.codec);
  }

  /** A page of a history, from its beginning or where the query's cursor goes on. */
  async answer(
    exchange: Exchange,
    principal: Principal,
    query: HistoryQuery,
    of: HistoryOf,
  ): Promise<HistoryAnswer> {
    return (await this.page(exchange, principal, query, of)).answer;
  }

  /**
   * The same, with the page that it tells of.
   * @param after where to begin instead, in the log as a whole.
   */
  async page(
    { request, reply }: Exchange,
    principal: Principal,
    query: HistoryQuery,
    of: HistoryOf,
    after?: Position,
  ): Promise<{ readonly answer: HistoryAnswer; readonly page: HistoryPage }> {
    const language = languageOf(query.language, request.headers['accept-language']);
    const filter = filterOf(query, of);
    if (query.refusals === true) requireRole(principal, 'list-refusals');
    const scope = scopeOf(principal, query, of, filter);
    const edge = await this.edgeOf(query, of, scope, after);
    const { limit = DEFAULT_LIMIT } = query;
    const sees = this.sight.now(principal);
    const page = await this.history.page({ stream: of.stream, filter, edge, limit, sees });
    const newestFirst = query.sort === '-position';
    const entries = newestFirst ? page.entries.toReversed() : page.entries;
    const events = await this.told(principal, entries, language);
    const [next, previous] = newestFirst ? [page.older, page.newer] : [page.newer, page.older];
    const refusals =
      query.refusals === true
        ? await this.refusalsMeanwhile(principal, filter, of, edge, page)
        : undefined;
    void reply.header('Content-Language', language).header('Vary', 'Accept-Language');
    const answer: HistoryAnswer = {
      events,
      nextCursor: this.cursor(next, scope),
      previousCursor: this.cursor(previous, scope),
      cutShort: page.cutShort,
      language,
      ...(refusals === undefined ? {} : { refusals }),
    };
    return { answer, page };
  }

  private async told(
    principal: Principal,
    entries: readonly HistoryEntry[],
    language: Language,
  ): Promise<readonly ToldEvent[]> {
    const { engines, codec, aggregates, pipeline } = this.tierbook;
    const streamOf = (id: string) => aggregates.streamOf('reseller', id);
    const mayKnow = (id: string) => seesReseller(principal, id as ResellerId, pipeline.gathering);
    const names = new ResellerNames(engines.eventStore, codec, streamOf, mayKnow);
    const reseller = (id: string) =>
      id === ANOTHER_RESELLER ? ANOTHER[language] : names.nameOf(id);
    const isReseller = principal.organisation.kind === 'reseller';
    const told: ToldEvent[] = [];
    for (const { recorded, changes: all, subscriptions } of entries) {
      const view = eventFor(principal, eventView(recorded));
      const changes = changesFor(principal, all);
      const { tenant } = recorded.metadata;
      const { actor, type, data, personal } = view;
      await names.learn(data, changes, { resellerId: actor.organisation });
      // As the caller is shown it: what is kept from it is in no sentence either.
      const event = { type, data, ...(personal === undefined ? {} : { personal }) };
      const unnamed = isReseller ? (data as { readonly withBase?: unknown }).withBase : undefined;
      // Its right may cover an add-on, and not the base.
      const subscription = (id: string) => (id === unnamed ? id : (subscriptions.get(id) ?? id));
      const sentence = sentenceOf(
        { event: event as TierbookEvent, actor, tenant, changes },
        language,
        { reseller, subscription },
      );
      told.push({ ...view, changes, sentence });
    }
    return told;
  }

  /** Those between this page and the next are this page's, so that each is on one page. */
  private async refusalsMeanwhile(
    principal: Principal,
    filter: HistoryFilter,
    { target }: HistoryOf,
    edge: HistoryEdge,
    { older, newer }: HistoryPage,
  ): Promise<RefusalsMeanwhile> {
    const isNewer = edge.towards === 'newer';
    const { organisation } = principal;
    const own = organisation.kind === 'operator' ? undefined : organisationIdOf(principal);
    if (filter.organisation !== undefined && own !== undefined && filter.organisation !== own) {
      return { items: [], more: false };
    }
    const page = await this.tierbook.refusals.page(
      {
        organisation: own ?? filter.organisation,
        caller: filter.actor,
        target: target ?? filter.customer,
        from: (isNewer ? edge.at : older?.at) ?? filter.from,
        until: (isNewer ? newer?.at : edge.at) ?? filter.until,
      },
      { limit: MOST_REFUSALS },
    );
    return { items: page.entries.map(shownRefusal), more: page.before !== undefined };
  }

  private async edgeOf(
    { cursor, sort }: HistoryQuery,
    { stream }: HistoryOf,
    scope: CursorScope,
    after: Position | undefined,
  ): Promise<HistoryEdge> {
    if (cursor === undefined) {
      if (after !== undefined) return { towards: 'newer', key: after, at: null };
      return beginning(sort === '-position' ? 'older' : 'newer');
    }
    const [key, rest] = this.tierbook.reads.cursors.open(cursor, scope);
    const [towards, at = ''] = rest.split(' ');
    // A log that was restored meanwhile has other positions.
    if (stream === undefined && typeof key === 'string' && key !== '') {
      await this.readYourWrites.checkedPosition(key);
    }
    return {
      towards: towards === 'older' ? 'older' : 'newer',
      key: key === '' ? null : (key as number | Position),
      at: at === '' ? null : at,
    };
  }

  private cursor(edge: HistoryEdge | null, scope: CursorScope): string | null {
    if (edge === null) return null;
    const { key, towards, at } = edge;
    return this.tierbook.reads.cursors.seal([key ?? '', `${towards} ${at ?? ''}`], scope);
  }
}

function changesFor(
  { organisation }: Principal,
  changes: readonly FieldChange[],
): readonly FieldChange[] {
  return organisation.kind === 'reseller'
    ? (withoutOthers(changes, organisation.id) as readonly FieldChange[])
    : changes;
}

/** @throws ProblemError for a type, a field or a span of time that nothing can be found by. */
function filterOf(query: HistoryQuery, { customer, thing }: HistoryOf): HistoryFilter {
  const { actor, organisation, reseller, type: types, field } = query;
  const unknown = types?.find((type) => !(EVENT_TYPES as readonly string[]).includes(type));
  if (unknown !== undefined) {
    throw queryProblem('event-type-unknown', 'type', `'${unknown}' is no type of event.`);
  }
  if (field !== undefined && !(FIELDS as readonly string[]).includes(field)) {
    throw queryProblem('changed-field-unknown', 'field', `'${field}' is no field of anything.`);
  }
  const [from, until] = [instantOf(query.from), instantOf(query.until)];
  checkBounds({ from, until }, 'from', 'until');
  const named = { from, until, actor, organisation, reseller, types, customer, thing };
  return { ...named, field: field as FieldName | undefined };
}

/** @throws ProblemError for a language asked for that no sentence is in. */
function languageOf(asked: string | undefined, accepted: string | undefined): Language {
  if (asked === undefined) return preferredOf(accepted ?? '');
  const language = LANGUAGES.find((each) => each.toLowerCase() === asked.toLowerCase());
  if (language !== undefined) return language;
  throw queryProblem('language-unknown', 'language', `No sentence is in '${asked}'.`);
}

/** By RFC 9110, 12.5.4; `pt` and `pt-PT` get Portuguese too. */
function preferredOf(accepted: string): Language {
  const ranges = accepted.split(',').flatMap((range) => {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(';');
    const weight = parameters.map((each) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(each)?.[1])[0];
    const language = LANGUAGES.find((each) => each.slice(0, 2) === tag.slice(0, 2));
    return language === undefined ? [] : [{ language, weight: Number(weight ?? 1) }];
  });
  const [best] = ranges.sort((a, b) => b.weight - a.weight);
  return best === undefined || best.weight === 0 ? 'en' : best.language;
}

function queryProblem(
  code: 'event-type-unknown' | 'changed-field-unknown' | 'language-unknown',
  parameter: string,
  detail: string,
): ProblemError {
  return new ProblemError(code, detail, [{ pointer: `/${parameter}`, detail, code }]);
}

/** A cursor fits one history, filter and order, of one organisation. */
function scopeOf(
  principal: Principal,
  { sort = 'position' }: HistoryQuery,
  { stream, thing, customer }: HistoryOf,
  filter: HistoryFilter,
): CursorScope {
  const { from, until, actor, organisation, reseller, types, field } = filter;
  const asked = { from, until, actor, organisation, reseller, field, stream, thing, customer };
  const values = { ...asked, types: types?.join(), reader: organisationIdOf(principal) };
  return {
    view: 'history',
    where: Object.entries(values).map(([name, value]) => ({
      field: name,
      op: 'eq' as const,
      value: value ?? null,
    })),
    sort: { field: 'position', direction: sort === 'position' ? 'asc' : 'desc' },
  };
}
