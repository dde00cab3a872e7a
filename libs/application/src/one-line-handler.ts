import { Inject, type Type } from '@nestjs/common';
import { type Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CommandPipeline, type CommandRequest, type DomainEvent } from '@tierbook/eventing';
import { answerOf, type Answer, type ResourceRef, type Seats } from './answer';

/** A command that needs nothing but its own stream. */
export interface PlainCommand<C, S, E extends DomainEvent> {
  readonly request: CommandRequest<C, S, E>;
  readonly resource: ResourceRef;
  /** What the answer adds to its resource; nothing where left out. */
  readonly bodyOf?: (events: readonly E[]) => object;
  readonly seatsOf?: (state: S, events: readonly E[]) => readonly Seats[];
}

/** The handler of a plain command, and how it makes the command's request: a batch makes the same. */
export interface PlainHandlerType<M, C, S, E extends DomainEvent> extends Type<ICommandHandler> {
  readonly message: Type<M>;
  readonly plan: (message: M) => PlainCommand<C, S, E>;
}

/** Makes the `@CommandHandler` of a command that gathers nothing: one line in its aggregate's registration. */
export function plainHandler<M extends Command<Answer>, C, S, E extends DomainEvent>(
  message: Type<M>,
  plan: (message: M) => PlainCommand<C, S, E>,
): PlainHandlerType<M, C, S, E> {
  class PlainHandler {
    static readonly message = message;
    static readonly plan = plan;

    constructor(@Inject(CommandPipeline) private readonly pipeline: CommandPipeline) {}

    async execute(command: M): Promise<Answer> {
      const { request, resource, bodyOf = () => ({}), seatsOf } = plan(command);
      return answerOf(await this.pipeline.execute(request), resource, bodyOf, seatsOf);
    }
  }
  CommandHandler(message)(PlainHandler);
  return PlainHandler;
}
