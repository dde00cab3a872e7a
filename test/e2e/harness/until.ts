/** Asks again and again until there is an answer; gives up after 40 s, unless told. */
export async function until<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  longestMs = 40_000,
): Promise<T> {
  const last = Date.now() + longestMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > last) throw new Error(`Waited ${String(longestMs)} ms in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
