/** Values that have a name: a new pair has none yet. */
export const named = (pairs: Record<string, string>) => Object.fromEntries(Object.entries(pairs).filter(([name]) => name.trim() !== ''))
