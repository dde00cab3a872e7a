import { Injectable, Module } from '@nestjs/common';
import { InjectCommander } from 'nest-commander';
import { DemoCommand } from './demo/demo.command';
import { EventsCommand } from './events/events.command';
import { ReadEventsCommand } from './events/read-events.command';
import { EventStatsCommand } from './events/event-stats.command';
import type { ParsedCommand } from './help';
import { GenerateKeysCommand } from './keys/generate-keys.command';
import { KeysCommand } from './keys/keys.command';
import { IssueTokenCommand } from './tokens/issue-token.command';
import { TokensCommand } from './tokens/tokens.command';

/** The command line as a whole, to be made strict once it is built. */
@Injectable()
export class CommandLine {
  constructor(@InjectCommander() readonly root: ParsedCommand) {}
}

@Module({
  providers: [
    CommandLine,
    DemoCommand,
    EventsCommand,
    ReadEventsCommand,
    EventStatsCommand,
    KeysCommand,
    GenerateKeysCommand,
    TokensCommand,
    IssueTokenCommand,
  ],
})
export class CliModule {}
