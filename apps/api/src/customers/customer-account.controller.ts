import { Body, Controller, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import {
  AssociateCustomerResellerCommand,
  ChangeBillingProfileCommand,
  ChangeCustomerProfileCommand,
  EndCustomerCommand,
  RecordAgreementCommand,
  ReopenCustomerCommand,
  SetCustomerReferenceCommand,
} from '@tierbook/application';
import type { CustomerId } from '@tierbook/domain';
import { CommandSender } from '../http/command-sender';
import { IdPipe } from '../http/id.pipe';
import type { ProblemCode } from '../http/problems';
import { HttpExchange, type Exchange } from '../http/request';
import { CommandRoute } from '../http/routes';
import { id } from '../http/schemas';
import { ChosenResellerDto } from '../subscriptions/subscription.dto';
import {
  AgreementDto,
  BillingProfileDto,
  CustomerProfileDto,
  CustomerReferenceDto,
  EndCustomerDto,
} from './customer.dto';
import { OF_THE_COUNTRY } from './customers.controller';

const OF_ONE = { id: id('The customer.') };
const OF_AN_ACCOUNT = ['not-found', 'customer-ended'] as const satisfies readonly ProblemCode[];

/** What is done with the account itself. */
@ApiTags('customers')
@Controller('v1/customers/:id')
export class CustomerAccountController {
  constructor(private readonly commands: CommandSender) {}

  @Put('profile')
  @CommandRoute({
    action: 'change-customer-profile',
    path: OF_ONE,
    summary: "Replace the customer's profile, whole. Domain and country stay.",
    problems: [...OF_AN_ACCOUNT, 'delegation-insufficient', ...OF_THE_COUNTRY],
  })
  changeProfile(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Body() body: CustomerProfileDto,
  ) {
    return this.commands.send(
      exchange,
      'change-customer-profile',
      (sent) => new ChangeCustomerProfileCommand(sent, id, body),
    );
  }

  @Put('billing-profile')
  @CommandRoute({
    action: 'change-billing-profile',
    path: OF_ONE,
    summary: 'Replace whom the customer is billed to, whole, by the rules of its own country.',
    problems: [...OF_AN_ACCOUNT, ...OF_THE_COUNTRY],
  })
  changeBillingProfile(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Body() body: BillingProfileDto,
  ) {
    return this.commands.send(
      exchange,
      'change-billing-profile',
      (sent) => new ChangeBillingProfileCommand(sent, id, body),
    );
  }

  @Put('reference')
  @CommandRoute({
    action: 'set-customer-reference',
    path: OF_ONE,
    summary: 'Give the customer a reference of your own, unique among your customers, or none.',
    problems: [...OF_AN_ACCOUNT, 'reference-taken'],
  })
  setReference(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Body() body: CustomerReferenceDto,
  ) {
    return this.commands.send(
      exchange,
      'set-customer-reference',
      (sent) => new SetCustomerReferenceCommand(sent, id, body),
    );
  }

  @Post('agreement')
  @HttpCode(200)
  @CommandRoute({
    action: 'record-agreement',
    path: OF_ONE,
    summary: "Record that somebody agreed to the provider's terms for the customer.",
    problems: [...OF_AN_ACCOUNT, 'delegation-insufficient', 'agreement-date-in-future'],
  })
  recordAgreement(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Body() body: AgreementDto,
  ) {
    return this.commands.send(
      exchange,
      'record-agreement',
      (sent) => new RecordAgreementCommand(sent, id, body),
    );
  }

  @Put('reseller')
  @CommandRoute({
    action: 'associate-customer-reseller',
    path: OF_ONE,
    summary:
      'Associate a reseller with the account, whose administrator it becomes in the place of the one before; null: nobody. Single subscriptions stay as they are.',
    problems: [...OF_AN_ACCOUNT, 'partnership-not-active'],
  })
  associateReseller(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Body() body: ChosenResellerDto,
  ) {
    return this.commands.send(
      exchange,
      'associate-customer-reseller',
      (sent) => new AssociateCustomerResellerCommand(sent, id, body),
    );
  }

  @Post('end')
  @HttpCode(200)
  @ApiBody({ type: EndCustomerDto, required: false })
  @CommandRoute({
    action: 'end-customer',
    path: OF_ONE,
    summary:
      'End the relation, once every subscription is suspended or has ended. Its reseller, delegations, support contacts and reference go; its domain stays taken.',
    problems: [...OF_AN_ACCOUNT, 'customer-has-subscriptions'],
  })
  end(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Body() body: EndCustomerDto,
  ) {
    return this.commands.send(
      exchange,
      'end-customer',
      (sent) => new EndCustomerCommand(sent, id, body),
    );
  }

  @Post('reopening')
  @HttpCode(200)
  @CommandRoute({
    action: 'reopen-customer',
    path: OF_ONE,
    summary: 'Serve an ended customer again: under its domain, without what it lost.',
    problems: ['not-found', 'customer-not-ended'],
  })
  reopen(@HttpExchange() exchange: Exchange, @Param('id', IdPipe) id: CustomerId) {
    return this.commands.send(
      exchange,
      'reopen-customer',
      (sent) => new ReopenCustomerCommand(sent, id, {}),
      { bodiless: true },
    );
  }
}
