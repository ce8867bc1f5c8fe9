/** The run cannot go on. The message is for the person at the terminal and says what to do or where to look. */
export class RunFailure extends Error {
  override readonly name = "RunFailure";
}

/** The person asked to stop. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}
