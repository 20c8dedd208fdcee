import { Refusal, unreadable } from './refusal.ts'

/** A JSON object as a client sent it, without a promise about its values. */
export type Given = Readonly<Record<string, unknown>>

/**
 * The first JSON value of a body, which has to be an object; whatever follows it is ignored, as Go's decoder does.
 *
 * @throws {@link Refusal} 400 for anything else
 */
export function readObject(text: unknown): Given {
  const value = typeof text === 'string' ? firstValue(text) : undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable()
  return value as Given
}

/**
 * The same for the endpoints that decode into a Go structure: keys in any letter case, and null for what is left out,
 * as clients write whose language has no absent fields.
 */
export function readFolded(text: unknown): Given {
  const given = Object.entries(readObject(text)).filter(([, value]) => value !== null)
  const folded = given.map(([key, value]) => [key.toLowerCase(), value] as const)
  return Object.fromEntries([...folded, ...given])
}

/** A field that is a string where it is given. @throws {@link Refusal} `supplied value for … is not a string` */
export function optionalText(given: Given, field: string): string | undefined {
  return optional(given, field, 'a string', (value) => typeof value === 'string')
}

/** A field that is true or false, undefined where it is left out; anything else is refused in the door's words. */
export function optionalFlag(given: Given, field: string): boolean | undefined {
  return optional(given, field, 'a boolean', (value) => typeof value === 'boolean')
}

/** @param called - the name that the refusal uses */
export function optionalNumber(given: Given, field: string, called = field): number | undefined {
  return optional(given, field, 'a number', (value) => typeof value === 'number', called)
}

function optional<T>(
  given: Given,
  field: string,
  kind: string,
  fits: (value: unknown) => boolean,
  called = field,
): T | undefined {
  const value = given[field]
  if (value === undefined) return undefined
  if (!fits(value)) throw new Refusal(400, `supplied value for ${called} is not ${kind}`)
  return value as T
}

function firstValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return tryParse(text.slice(0, endOfObject(text)))
  }
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Where the object that a text begins with ends; 0 when it does not begin or end. */
function endOfObject(text: string): number {
  let depth = 0
  let isInString = false
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (isInString && character === '\\') index += 1
    else if (character === '"') isInString = !isInString
    else if (isInString) continue
    else if (character === '{') depth += 1
    else if (character === '}' && --depth === 0) return index + 1
  }
  return 0
}
