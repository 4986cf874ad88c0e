/** The users that are given out. */
const FIRST_USER = 11_001;
const LAST_USER = 14_995;

/** The lowest user that nobody has; undefined when there is none left. */
export function freeUser(users: { has(user: number): boolean }): number | undefined {
  for (let user = FIRST_USER; user <= LAST_USER; user++) if (!users.has(user)) return user;
  return undefined;
}
