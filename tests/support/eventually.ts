/** Milliseconds between two looks, which doubles from the first to the last. */
const LOOKS = { first: 10, last: 200 };

/** Waits until a condition holds. @throws Error with the last failure after `timeout` milliseconds */
export async function eventually(condition: () => Promise<void>, timeout = 15_000): Promise<void> {
  const end = Date.now() + timeout;
  for (let wait = LOOKS.first; ; wait = Math.min(2 * wait, LOOKS.last)) {
    try {
      return await condition();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}
