import type { CommandRunner } from 'nest-commander';
import { EXIT, UsageError } from './errors';

/** A command of the library that parses command lines. */
export type ParsedCommand = Parameters<CommandRunner['setCommand']>[0];

/** The command has said all there is to say, such as its help; it ends with this exit code. */
export class EndedError extends Error {
  override readonly name = 'EndedError';
  constructor(readonly exitCode: number) {
    super('');
  }
}

const WIDTH = 100;

/**
 * Makes a command and those below it strict and quiet: unknown options and arguments are refused, and what is
 * wrong is thrown as a UsageError instead of ending the process.
 */
export function makeStrict(command: ParsedCommand): void {
  command
    .allowUnknownOption(false)
    .allowExcessArguments(isGroup(command))
    .configureHelp({ helpWidth: WIDTH, showGlobalOptions: false })
    // What is thrown is said once, by who catches it.
    .configureOutput({ outputError: () => undefined })
    .helpOption('-h, --help', 'show this help')
    .exitOverride(({ code, exitCode, message }) => {
      if (exitCode === EXIT.ok) throw new EndedError(EXIT.ok);
      if (code === 'commander.help') throw new EndedError(EXIT.usage);
      throw new UsageError(`${sentence(message)} See \`${pathOf(command)} --help\`.`);
    });
  if (isGroup(command)) command.addHelpCommand('help [command]', "show a command's help");
  for (const below of command.commands) makeStrict(below);
}

function isGroup(command: ParsedCommand): boolean {
  return command.commands.length > 0;
}

/** A command that only holds others shows its help, and refuses what it does not hold. */
export function showGroup(command: ParsedCommand, [unknown]: readonly string[]): never {
  if (unknown === undefined) command.help({ error: true });
  const known = command.commands.map((each) => each.name()).join(', ');
  throw new UsageError(`There is no \`${pathOf(command)} ${unknown}\`: use one of ${known}.`);
}

function pathOf(command: ParsedCommand): string {
  const names: string[] = [];
  for (let each: ParsedCommand | null = command; each !== null; each = each.parent) {
    names.unshift(each.name());
  }
  return names.join(' ');
}

function sentence(message: string): string {
  const text = message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?)]$/.test(capital) ? capital : `${capital}.`;
}
