import { readFileSync } from 'node:fs'

/** Variables by name, as a process has them. */
export type Variables = Readonly<Record<string, string | undefined>>

/**
 * Reads settings from variables and collects every mistake instead of stopping at the first.
 *
 * Each reader answers null for what is not set. A variable `NAME` may come as `NAME_FILE`, the path of a
 * file whose content (without its last line break) is the value, so that secrets stay out of the environment.
 */
export class Environment {
  readonly mistakes: string[] = []
  readonly #variables: Variables

  constructor(variables: Variables) {
    this.#variables = variables
  }

  /** The value of a variable or of the file it names; empty counts as not set. */
  text(name: string): string | null {
    const value = this.#variables[name]
    const file = this.#variables[`${name}_FILE`]
    if (file === undefined || file === '') return value === undefined || value === '' ? null : value
    if (value !== undefined && value !== '') return this.#mistake(`${name} and ${name}_FILE are both set; keep one`)
    try {
      return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
    } catch {
      return this.#mistake(`${name}_FILE names a file that cannot be read`)
    }
  }

  /** A path, as it is: never read through `_FILE`. */
  path(name: string): string | null {
    const value = this.#variables[name]
    return value === undefined || value === '' ? null : value
  }

  /** A whole number within bounds. */
  integer(name: string, min: number, max: number): number | null {
    return this.wholeNumber(name, this.text(name), min, max)
  }

  /** The same for text that came another way, such as a flag: decimal digits and nothing else. */
  wholeNumber(name: string, value: string | null, min: number, max: number): number | null {
    if (value === null) return null
    const number = Number(value)
    if (/^\d{1,15}$/.test(value) && number >= min && number <= max) return number
    return this.#mistake(`${name} is a whole number from ${min} to ${max}`)
  }

  /** `true` or `false`, in any letter case; also 1 and 0. */
  flag(name: string): boolean | null {
    const value = this.text(name)?.toLowerCase()
    if (value === undefined) return null
    if (value === 'true' || value === '1') return true
    if (value === 'false' || value === '0') return false
    return this.#mistake(`${name} is true or false`)
  }

  /** A list separated by commas or blanks. */
  list(name: string): string[] {
    return (this.text(name) ?? '').split(/[\s,]+/).filter((item) => item !== '')
  }

  /** An http or https address without a path. */
  origin(name: string): string | null {
    const value = this.text(name)
    if (value === null) return null
    const url = URL.parse(value)
    if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '') return url.origin
    return this.#mistake(`${name} is an address such as https://codes.example.com`)
  }

  /** One of several words. */
  oneOf<const Word extends string>(name: string, words: readonly Word[]): Word | null {
    const value = this.text(name)
    if (value === null) return null
    return words.find((word) => word === value) ?? this.#mistake(`${name} is one of ${words.join(', ')}`)
  }

  /** Notes a mistake a reader of its own found. */
  refuse(mistake: string): void {
    this.mistakes.push(mistake)
  }

  #mistake(text: string): null {
    this.mistakes.push(text)
    return null
  }
}
