/**
 * Sends a piece of work whole, and where it is refused for good its halves, down to the single items at fault: all
 * others get through, in their order. The pieces are the same on every attempt, so that a sink can know one again.
 * @param send sends the items from `from` up to, not including, `to`
 * @param forGood whether an error says that the items themselves are refused; any other error ends all
 * @returns the items that are refused alone, with the error of each
 */
export async function narrow(
  count: number,
  send: (from: number, to: number) => Promise<void>,
  forGood: (error: unknown) => boolean,
): Promise<{ index: number; error: unknown }[]> {
  const refused: { index: number; error: unknown }[] = [];
  const piece = async (from: number, to: number): Promise<void> => {
    if (from >= to) return;
    try {
      await send(from, to);
    } catch (error) {
      if (!forGood(error)) throw error;
      if (to - from === 1) {
        refused.push({ index: from, error });
        return;
      }
      const middle = from + Math.ceil((to - from) / 2);
      await piece(from, middle);
      await piece(middle, to);
    }
  };
  await piece(0, count);
  return refused;
}
