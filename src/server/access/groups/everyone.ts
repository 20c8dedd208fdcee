/** The built-in group that holds every person; it has no rows of membership. */
export const everyone = { id: 'everyone', name: 'everyone' } as const
