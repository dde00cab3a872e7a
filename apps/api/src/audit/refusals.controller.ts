import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { RefusalEntry } from '@tierbook/audit';
import { organisationIdOf } from '@tierbook/identity';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import type { CursorScope, Scalar } from '@tierbook/read-models';
import { instantOf } from '../http/fields';
import { checkBounds } from '../http/paging';
import { Reader } from '../http/reader';
import { HttpExchange, type Exchange } from '../http/request';
import { ReadRoute } from '../http/routes';
import { ref } from '../http/schemas';
import { ListRefusalsQuery } from './refusals.dto';

const DEFAULT_LIMIT = 50;

@ApiTags('audit')
@Controller('v1')
export class RefusalsController {
  constructor(
    private readonly reader: Reader,
    @Inject(TIERBOOK) private readonly tierbook: Tierbook,
  ) {}

  @Get('audit/refusals')
  @ReadRoute({
    action: 'list-refusals',
    answers: ref('RefusalPage'),
    summary:
      "Commands that the caller's organisation was refused, for the operator of all organisations: the newest first.",
    problems: ['cursor-invalid', 'time-span-empty'],
  })
  async list(@HttpExchange() { request }: Exchange, @Query() query: ListRefusalsQuery) {
    const principal = await this.reader.begin(request, 'list-refusals', []);
    const { limit = DEFAULT_LIMIT, cursor, caller, command, target, code, from, until } = query;
    const organisation =
      principal.organisation.kind === 'operator' ? undefined : organisationIdOf(principal);
    const times = { from: instantOf(from), until: instantOf(until) };
    checkBounds(times, 'from', 'until');
    const filter = { organisation, caller, command, target, code, ...times };
    const { cursors } = this.tierbook.reads;
    const scope = scopeOf(filter);
    const before = cursor === undefined ? undefined : Number(cursors.open(cursor, scope)[0]);
    const page = await this.tierbook.refusals.page(filter, { before, limit });
    return {
      items: page.entries.map(shown),
      nextCursor: page.before === undefined ? null : cursors.seal([page.before, ''], scope),
    };
  }
}

/** A cursor fits one filter: it cannot be carried to another organisation's refusals. */
function scopeOf(filter: Readonly<Record<string, Scalar | undefined>>): CursorScope {
  return {
    view: 'refusals',
    where: Object.entries(filter).map(([field, value]) => ({
      field,
      op: 'eq' as const,
      value: value ?? null,
    })),
    sort: { field: 'sequence', direction: 'desc' },
  };
}

/** An entry as it is shown: fingerprints stay inside. */
export function shown(entry: RefusalEntry): object {
  return entry.kind === 'summary' ? entry : { ...entry, fingerprint: undefined };
}
