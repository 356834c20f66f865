/**
 * Who was first, where several servers say the same thing at the same time. All of them insert under one token: ClickHouse
 * – with replicas its ZooKeeper or Keeper, however far a replica lags – keeps the first and drops all others.
 * Then the row is looked for, on a server that has caught up.
 *
 * KeeperMap would do it in one statement, but exists only where a server's configuration gives it a path.
 */
export interface Claim {
  /** The same for all who claim the same. */
  token: string;
  /** This one's own. */
  id: string;
  insert(token: string): Promise<void>;
  /** The id that is there, read from a server that has all that was inserted before; undefined where there is none. */
  first(): Promise<string | undefined>;
}

/** Whether this claim was the first. */
export async function claim({ token, id, insert, first }: Claim): Promise<boolean> {
  await insert(token);
  const there = await first();
  if (there !== undefined) return there === id;
  // A crash of ClickHouse can have kept a token and lost its row.
  await insert(`${token}-${id}`);
  return (await first()) === id;
}
