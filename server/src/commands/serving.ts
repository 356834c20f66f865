let serving = false;

/** From here on this process is the server. */
export function beginServing(): void {
  serving = true;
}

/** Whether this process is the server, which goes on where nobody reads what it says. */
export function isServing(): boolean {
  return serving;
}
