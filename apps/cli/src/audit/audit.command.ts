import { Command, CommandRunner } from 'nest-commander';
import { showGroup } from '../help';
import { AuditKeysCommand } from './audit-keys.command';
import { CheckProofCommand } from './check-proof.command';
import { ConsistencyCommand } from './consistency.command';
import { ProveCommand } from './prove.command';
import { VerifyLogCommand } from './verify-log.command';
import { WitnessCommand } from './witness.command';

@Command({
  name: 'audit',
  description: 'show that nothing was changed',
  subCommands: [
    VerifyLogCommand,
    ProveCommand,
    CheckProofCommand,
    ConsistencyCommand,
    WitnessCommand,
    AuditKeysCommand,
  ],
})
export class AuditCommand extends CommandRunner {
  async run(args: string[]): Promise<void> {
    showGroup(this.command, args);
  }
}
