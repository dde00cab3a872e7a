import { Body, Controller, HttpCode, Param, Post, type Type } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CustomerBatchCommand, type BatchedCommand } from '@tierbook/application';
import type { CustomerId } from '@tierbook/domain';
import { CommandSender, resourceAnswer, warningAnswers } from '../http/command-sender';
import { IdPipe } from '../http/id.pipe';
import { ProblemError, type FieldProblem, type ProblemCode } from '../http/problems';
import { HttpExchange, type Exchange } from '../http/request';
import { CommandRoute } from '../http/routes';
import { id, ref } from '../http/schemas';
import { fieldsProblem, unknownField, validated } from '../http/validation';
import {
  OF_A_SUBSCRIPTION,
  OF_AN_UPGRADE,
  SUBSCRIPTION_COMMANDS,
} from '../subscriptions/subscription-commands';
import { ACCOUNT_COMMANDS, DELEGATION_COMMANDS } from './batched-commands';
import { OF_A_GRANT } from '../delegations/delegations.controller';
import { CustomerBatchDto, type BatchedCommandDto } from './customer-batch.dto';
import { OF_AN_ORDER, OF_THE_COUNTRY } from './customers.controller';

/** What the commands of a batch can be refused with, beside what every command can. */
const OF_A_BATCH = [
  ...OF_A_SUBSCRIPTION,
  ...OF_AN_ORDER,
  ...OF_AN_UPGRADE,
  'subscription-not-active',
  'subscription-not-suspended',
  'subscription-not-renewing',
  'scheduled-change-exists',
  'effective-date-before-term',
  'effective-date-in-future',
  ...OF_THE_COUNTRY,
  'reference-taken',
  'agreement-date-in-future',
  ...OF_A_GRANT,
  'delegation-unknown',
  'delegation-ended',
  'customer-has-subscriptions',
  'customer-not-ended',
] as const satisfies readonly ProblemCode[];

@ApiTags('customers')
@Controller('v1/customers')
export class CustomerBatchController {
  constructor(private readonly commands: CommandSender) {}

  @Post(':id/commands')
  @HttpCode(200)
  @CommandRoute({
    action: 'send-customer-commands',
    path: { id: id('The customer.') },
    answers: ref('CustomerBatchAnswer'),
    summary:
      'Several commands on one customer as one: all of them are done, in order, or none is. Each is allowed to whom it is allowed alone.',
    problems: OF_A_BATCH,
  })
  async send(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Body() { commands }: CustomerBatchDto,
  ) {
    const [first, ...rest] = await batched(commands, id);
    if (first === undefined) throw new ProblemError('field-invalid');
    const answer = await this.commands.send(
      exchange,
      'send-customer-commands',
      (sent) => new CustomerBatchCommand(sent, id, [first, ...rest]),
    );
    if ('plan' in answer) return answer;
    return {
      ...answer,
      commands: answer.commands.map(({ resource, revision, warnings }) => ({
        resource: resourceAnswer(resource),
        revision,
        warnings: warningAnswers(warnings),
      })),
    };
  }
}

/** @throws ProblemError that names the broken fields of all commands. */
async function batched(
  commands: readonly BatchedCommandDto[],
  customerId: CustomerId,
): Promise<readonly BatchedCommand[]> {
  const made: BatchedCommand[] = [];
  const broken: FieldProblem[] = [];
  for (const [index, command] of commands.entries()) {
    const result = await orBroken(batchedCommand(command, customerId));
    if ('made' in result) made.push(result.made);
    else broken.push(...within(`/commands/${String(index)}`, result.broken));
  }
  if (broken.length > 0) throw fieldsProblem(broken);
  return made;
}

/** @throws ProblemError for a body that the command would not take when it is sent alone. */
async function batchedCommand(
  { command, subscriptionId, delegationId, body = {} }: BatchedCommandDto,
  customerId: CustomerId,
): Promise<BatchedCommand> {
  if (isOneOf(SUBSCRIPTION_COMMANDS, command)) {
    const id = theOnly({ subscriptionId }, { delegationId }, command);
    const make = await madeOf(SUBSCRIPTION_COMMANDS[command], body);
    return (sent) => make([sent, customerId, id]);
  }
  if (isOneOf(DELEGATION_COMMANDS, command)) {
    const id = theOnly({ delegationId }, { subscriptionId }, command);
    const make = await madeOf(DELEGATION_COMMANDS[command], body);
    return (sent) => make([sent, customerId, id]);
  }
  refuseGiven({ subscriptionId, delegationId });
  const make = await madeOf(ACCOUNT_COMMANDS[command], body);
  return (sent) => make([sent, customerId]);
}

function isOneOf<Kinds extends object>(kinds: Kinds, name: PropertyKey): name is keyof Kinds {
  return Object.hasOwn(kinds, name);
}

/**
 * What the command is about.
 * @throws ProblemError where it does not say, or names something else too.
 */
function theOnly<Id extends string>(
  named: Readonly<Record<string, Id | undefined>>,
  others: Readonly<Record<string, string | undefined>>,
  command: string,
): Id {
  refuseGiven(others);
  const [[name, id] = ['', undefined]] = Object.entries(named);
  if (id !== undefined) return id;
  const detail = `${command} is about one: say which.`;
  throw fieldsProblem([{ pointer: `/${name}`, detail, code: 'field-invalid' }]);
}

/** @throws ProblemError `field-unknown` for ids that the command has no use for. */
function refuseGiven(ids: Readonly<Record<string, string | undefined>>): void {
  const given = Object.entries(ids).filter(([, id]) => id !== undefined);
  if (given.length > 0) throw fieldsProblem(given.map(([name]) => unknownField('', name)));
}

/** What makes the command, of a body that it takes. */
async function madeOf<Make>(
  kind: { readonly dto?: Type<object>; readonly of: (body: never) => Make },
  body: Readonly<Record<string, unknown>>,
): Promise<Make> {
  const result = await orBroken(validated(kind.dto, body).then((valid) => kind.of(valid as never)));
  if ('made' in result) return result.made;
  throw fieldsProblem(within('/body', result.broken));
}

/** What was made, or the fields that a ProblemError blames. */
async function orBroken<T>(
  making: Promise<T>,
): Promise<{ readonly made: T } | { readonly broken: readonly FieldProblem[] }> {
  try {
    return { made: await making };
  } catch (error) {
    if (error instanceof ProblemError && error.errors !== undefined) {
      return { broken: error.errors };
    }
    throw error;
  }
}

function within(parent: string, broken: readonly FieldProblem[]): readonly FieldProblem[] {
  return broken.map((field) => ({ ...field, pointer: `${parent}${field.pointer}` }));
}
