const tasks: (() => void)[] = [];

/** Runs the task when this process ends, however it ends but by SIGKILL; the last one given runs first. */
export function atExit(task: () => void): void {
  tasks.push(task);
}

process.once('exit', () => {
  for (const task of tasks.toReversed()) task();
});
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => {
    process.exit(code);
  });
}
