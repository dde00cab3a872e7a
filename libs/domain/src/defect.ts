/**
 * A command reached an aggregate that it can never reach when its sender keeps to the contract: a
 * change of what does not exist, or a creation under an id that was taken. Not a rule, but a defect.
 */
export function unreachable(command: { readonly type: string }, status: string): Error {
  return new Error(
    `${command.type} was sent to an aggregate with status "${status}". Look it up first, and create under a new id.`,
  );
}
