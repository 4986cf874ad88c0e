/** Lets readers through, or makes them wait. */
export class Gate {
  #closed: { promise: Promise<void>; open: () => void } | undefined;

  /** What to wait for; undefined while the gate is open. */
  get wait(): Promise<void> | undefined {
    return this.#closed?.promise;
  }

  close(): void {
    if (this.#closed) return;
    let open = (): void => {};
    const promise = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.#closed = { promise, open };
  }

  open(): void {
    this.#closed?.open();
    this.#closed = undefined;
  }
}
