import { Failure } from '../errors/failure.ts'

/** Reads an untrusted JSON object field by field; what is missing or of another type reads as empty. */
export class JsonObject {
  readonly #fields: Readonly<Record<string, unknown>>

  private constructor(fields: Readonly<Record<string, unknown>>) {
    this.#fields = fields
  }

  /** The object, or null when the value is none. */
  static from(value: unknown): JsonObject | null {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
    return new JsonObject(value as Record<string, unknown>)
  }

  /** The object, where its absence means that the entry is damaged. */
  static expect(value: unknown): JsonObject {
    const object = JsonObject.from(value)
    if (object === null) throw new Failure('import_entry_damaged')
    return object
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#fields, key)
  }

  keys(): string[] {
    return Object.keys(this.#fields)
  }

  value(key: string): unknown {
    return this.has(key) ? this.#fields[key] : undefined
  }

  /** Text, a number in decimal, or the empty text. */
  text(key: string): string {
    const value = this.value(key)
    if (typeof value === 'string') return value
    return typeof value === 'number' ? String(value) : ''
  }

  /** A number, also one written as text; undefined when missing or empty, NaN when it is none. */
  number(key: string): number | undefined {
    const value = this.value(key)
    if (typeof value === 'number') return value
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'string') return Number.NaN
    return value.trim() === '' ? undefined : Number(value)
  }

  isTrue(key: string): boolean {
    return this.value(key) === true
  }

  object(key: string): JsonObject | null {
    return JsonObject.from(this.value(key))
  }

  list(key: string): readonly unknown[] {
    const value = this.value(key)
    return Array.isArray(value) ? value : []
  }

  /** The texts of a list. */
  texts(key: string): string[] {
    return this.list(key).filter((item) => typeof item === 'string')
  }

  /** A list of numbers as bytes; Java writes them signed. */
  bytes(key: string): Uint8Array {
    const list = this.list(key)
    if (!list.every((item) => Number.isInteger(item))) throw new Failure('import_entry_damaged')
    return Uint8Array.from(list.map((item) => Number(item) & 255))
  }
}
