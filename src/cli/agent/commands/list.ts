import { buildCommand } from '@stricli/core'
import type { CliContext } from '../../context.ts'
import { shownInLine } from '../shown.ts'
import { matchName } from '../match-name.ts'
import { type AgentFlags, asText, jsonFlag, storeFlags, switchFlag } from '../store-flags.ts'
import { type IndexEntry, sortEntries } from '../store/name-index.ts'
import { openStore } from '../store/store.ts'

interface ListFlags extends AgentFlags {
  readonly long: boolean
  readonly tag?: string
  readonly remote: boolean
}

/** `watchword list [TEXT]`: the names, without opening the store. */
export const listCommand = buildCommand<ListFlags, [string?], CliContext>({
  func: list,
  parameters: {
    flags: {
      long: { kind: 'boolean', default: false, withNegated: false, brief: 'Show issuer, kind and tags too' },
      tag: { kind: 'parsed', parse: asText, optional: true, brief: 'Only accounts with this tag', placeholder: 'tag' },
      remote: switchFlag("The accounts of the team's vault"),
      json: jsonFlag,
      ...storeFlags,
    },
    aliases: { l: 'long' },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'Part of a name or issuer', parse: asText, optional: true, placeholder: 'text' }],
    },
  },
  docs: { brief: 'List the names of the stored accounts' },
})

async function list(this: CliContext, flags: ListFlags, text?: string): Promise<void> {
  const store = openStore(this, flags)
  if (flags.remote) {
    const { listRemote } = await import('../remote/remote-commands.ts')
    return listRemote(this, store, flags, text)
  }
  const all = await store.entries()
  const entries = sortEntries(all).filter((entry) => isWanted(entry, text, flags.tag))
  if (flags.json) return this.printJson({ items: entries })
  for (const entry of entries) this.print(flags.long ? longLine(entry) : entry.name)
  if (entries.length === 0) this.say(emptyMessage(store.exists(), all.length))
}

function isWanted(entry: IndexEntry, text: string | undefined, tag: string | undefined): boolean {
  const hasTag = tag === undefined || entry.tags.includes(tag)
  return hasTag && (text === undefined || text.trim() === '' || matchName(text, [entry]).kind === 'one')
}

function longLine({ name, issuer, label, type, algorithm, digits, periodSeconds, tags }: IndexEntry): string {
  const who = [issuer, label].filter((part) => part !== '').join(', ')
  const rhythm = type === 'hotp' ? 'counter' : `${periodSeconds} s`
  const kind = type === 'steam' ? 'Steam' : `${type.toUpperCase()} ${algorithm}, ${digits} digits, ${rhythm}`
  const parts = [name, who, kind, tags.map((tag) => `#${tag}`).join(' ')]
  return parts
    .filter((part) => part !== '')
    .map(shownInLine)
    .join('\t')
}

function emptyMessage(exists: boolean, total: number): string {
  if (total > 0) return 'No account fits. `watchword list` without a filter shows all.'
  return exists
    ? 'There are no accounts yet. `watchword add NAME` stores the first one.'
    : "There is no store yet. `watchword add NAME` makes one and stores the first account; `watchword import FILE` takes over another app's; `watchword --help` lists all commands."
}
