import { fieldTexts } from './field-texts.ts'

/** A JSON schema, as far as its descriptions are looked at. */
export interface DescribedSchema {
  readonly description?: string
  readonly properties?: Readonly<Record<string, DescribedSchema>>
}

/** What a field says, by its name. */
export type FieldTexts = Readonly<Record<string, string>>

/** A schema in which every field says what it is: by its own description, else by what its name always means. */
export function described(schema: object, texts: FieldTexts = fieldTexts): DescribedSchema {
  return describe(JSON.parse(JSON.stringify(schema)), texts) as DescribedSchema
}

function describe(value: unknown, texts: FieldTexts): unknown {
  if (Array.isArray(value)) return value.map((part) => describe(part, texts))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      key === 'properties' ? fieldsOf(Object(part), texts) : describe(part, texts),
    ]),
  )
}

function fieldsOf(properties: object, texts: FieldTexts): object {
  return Object.fromEntries(
    Object.entries(properties).map(([name, field]) => {
      const shown = Object(describe(field, texts)) as DescribedSchema
      const description = shown.description ?? texts[name]
      return [name, description === undefined ? shown : { ...shown, description }]
    }),
  )
}
