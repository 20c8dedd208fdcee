/** JSON as it came; every reader looks before it believes. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** The value below `json` along `names`; undefined where one is missing. */
export function member(json: Json | undefined, ...names: string[]): Json | undefined {
  let found = json
  for (const name of names) {
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined
    found = (found as { readonly [name: string]: Json })[name]
  }
  return found
}

/** What an answer that is not what was asked for is called in a sentence. */
export function foundIn(text: string): string {
  if (text.trim() === '') return 'nothing'
  return /<!doctype|<html/i.test(text.slice(0, 500)) ? 'a page' : 'something else'
}

/** The text below `json` along `names`; empty where there is none. */
export function stringMember(json: Json | undefined, ...names: string[]): string {
  const found = member(json, ...names)
  return typeof found === 'string' ? found : ''
}
