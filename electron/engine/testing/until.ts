/** Polls until the condition holds; the deadline is generous because the machine is shared. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  deadline = 120_000,
): Promise<void> {
  const end = Date.now() + deadline
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${deadline} ms for ${what}, which did not happen`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Waits until a number that grows stands still: the same at 50 looks in a row. Returns it. */
export async function still(read: () => number, what: string): Promise<number> {
  let [last, times] = [read(), 0]
  await until(() => {
    const value = read()
    times = value === last ? times + 1 : 0
    last = value
    return times >= 50
  }, `${what} to stand still`)
  return last
}
