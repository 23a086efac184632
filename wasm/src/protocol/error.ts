/** Error that the caller can resolve: `what` is wrong, and the `remedy`. */
export class PoolError extends Error {
  override readonly name: string = "PoolError";
  constructor(
    readonly what: string,
    readonly remedy: string,
  ) {
    super(`${what}\n${remedy}`);
  }
}
