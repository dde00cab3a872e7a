import { Injectable, Module } from '@nestjs/common';
import { InjectCommander } from 'nest-commander';
import { AuditKeysCommand } from './audit/audit-keys.command';
import { AuditCommand } from './audit/audit.command';
import { CheckProofCommand } from './audit/check-proof.command';
import { ConsistencyCommand } from './audit/consistency.command';
import { ProveCommand } from './audit/prove.command';
import { VerifyLogCommand } from './audit/verify-log.command';
import { WitnessCommand } from './audit/witness.command';
import { BackupCommand } from './backup/backup.command';
import { RestoreCommand } from './backup/restore.command';
import { CopyCommand } from './copy/copy.command';
import { DemoCommand } from './demo/demo.command';
import { EraseCommand } from './erase/erase.command';
import { HistoryCommand } from './history/history.command';
import { EventsCommand } from './events/events.command';
import { ReadEventsCommand } from './events/read-events.command';
import { EventStatsCommand } from './events/event-stats.command';
import type { ParsedCommand } from './help';
import { DropKeyCommand } from './keys/drop-key.command';
import { GenerateKeysCommand } from './keys/generate-keys.command';
import { KeysCommand } from './keys/keys.command';
import { ListKeysCommand } from './keys/list-keys.command';
import { AddKeyCommand, UseKeyCommand } from './keys/rotate-key.command';
import { IssueTokenCommand } from './tokens/issue-token.command';
import { ListParkedCommand, ShowParkedCommand } from './parked/list-parked.command';
import { ParkedCommand } from './parked/parked.command';
import { DropParkedCommand, RetryParkedCommand } from './parked/release-parked.command';
import { ListProjectionsCommand } from './projections/list-projections.command';
import {
  PauseProjectionCommand,
  ResumeProjectionCommand,
} from './projections/pause-projection.command';
import { ProjectionStatusCommand } from './projections/projection-status.command';
import { ProjectionsCommand } from './projections/projections.command';
import { RebuildProjectionCommand } from './projections/rebuild-projection.command';
import { CreateServiceCommand } from './services/create-service.command';
import { ListServicesCommand } from './services/list-services.command';
import { RevokeServiceCommand } from './services/revoke-service.command';
import { RotateServiceSecretCommand } from './services/rotate-service-secret.command';
import { ServicesCommand } from './services/services.command';
import { TokensCommand } from './tokens/tokens.command';
import { ReplayCommand } from './views/replay.command';
import { ShowCommand } from './views/show.command';
import { ShowViewCommand } from './views/show-view.command';
import { VerifyViewsCommand } from './views/verify-views.command';
import { ViewsCommand } from './views/views.command';

/** The command line as a whole, to be made strict once it is built. */
@Injectable()
export class CommandLine {
  constructor(@InjectCommander() readonly root: ParsedCommand) {}
}

@Module({
  providers: [
    CommandLine,
    AuditCommand,
    VerifyLogCommand,
    ProveCommand,
    CheckProofCommand,
    ConsistencyCommand,
    WitnessCommand,
    AuditKeysCommand,
    DemoCommand,
    EventsCommand,
    ReadEventsCommand,
    EventStatsCommand,
    BackupCommand,
    RestoreCommand,
    HistoryCommand,
    CopyCommand,
    EraseCommand,
    KeysCommand,
    GenerateKeysCommand,
    ListKeysCommand,
    AddKeyCommand,
    UseKeyCommand,
    DropKeyCommand,
    TokensCommand,
    IssueTokenCommand,
    ServicesCommand,
    ListServicesCommand,
    CreateServiceCommand,
    RotateServiceSecretCommand,
    RevokeServiceCommand,
    ProjectionsCommand,
    ListProjectionsCommand,
    ProjectionStatusCommand,
    RebuildProjectionCommand,
    PauseProjectionCommand,
    ResumeProjectionCommand,
    ParkedCommand,
    ListParkedCommand,
    ShowParkedCommand,
    RetryParkedCommand,
    DropParkedCommand,
    ViewsCommand,
    VerifyViewsCommand,
    ShowViewCommand,
    ShowCommand,
    ReplayCommand,
  ],
})
export class CliModule {}
