/** Collection of the state store: how far each process manager has come, by its name. */
export const CHECKPOINTS = 'process-manager-checkpoints';
