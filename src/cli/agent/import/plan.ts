import type { ImportReport } from '../../../importers/report.ts'
import { planImport } from '../../../importers/plan.ts'
import type { OtpAccount } from '../../../otp/account.ts'
import { nameOf, tameName, withName } from '../store/lines.ts'

/** What an import would do, in counts that add up to what the files hold. */
export interface ImportSummary {
  readonly total: number
  readonly new: number
  readonly duplicate: number
  readonly changed: number
  readonly refused: number
  readonly skipped: number
}

/** What an import would do, entry by entry. */
export interface ImportPlan {
  readonly summary: ImportSummary
  readonly accounts: readonly OtpAccount[]
  readonly added: readonly string[]
  readonly duplicates: readonly { readonly name: string; readonly known: string }[]
  readonly changed: readonly { readonly name: string; readonly known: string; readonly storedAs: string }[]
}

/**
 * Settles what becomes of every entry.
 *
 * An entry of a known issuer and name with another secret is stored beside the known one under a numbered name, unless
 * it is to replace it: nothing is lost by importing.
 */
export function planReports(
  reports: readonly ImportReport[],
  known: readonly OtpAccount[],
  replacing: boolean,
): ImportPlan {
  const entries = reports.flatMap((report) => report.entries)
  const accounts = [...known]
  const places = new Map(known.map((account, place) => [nameOf(account), place]))
  const added: string[] = []
  const duplicates: { name: string; known: string }[] = []
  const changed: { name: string; known: string; storedAs: string }[] = []
  for (const entry of planImport(entries, known)) {
    const name = tameName(nameOf(entry.account))
    if (entry.kind === 'duplicate') {
      duplicates.push({ name, known: nameOf(entry.known) })
    } else if (entry.kind === 'changed' && replacing) {
      const knownName = nameOf(entry.known)
      accounts[places.get(knownName) ?? accounts.length] = withName(entry.account, knownName)
      changed.push({ name, known: knownName, storedAs: knownName })
    } else {
      const storedAs = freeName(name, places)
      places.set(storedAs, accounts.push(withName(entry.account, storedAs)) - 1)
      if (entry.kind === 'new') added.push(storedAs)
      else changed.push({ name, known: nameOf(entry.known), storedAs })
    }
  }
  return {
    summary: summarise(reports, added.length, duplicates.length, changed.length),
    accounts,
    added,
    duplicates,
    changed,
  }
}

function summarise(reports: readonly ImportReport[], added: number, duplicate: number, changed: number): ImportSummary {
  const sum = (count: (report: ImportReport) => number) => reports.reduce((total, report) => total + count(report), 0)
  return {
    total: sum((report) => report.total),
    new: added,
    duplicate,
    changed,
    refused: sum((report) => report.failures.length),
    skipped: sum((report) => report.skipped.reduce((total, { count }) => total + count, 0)),
  }
}

function freeName(wanted: string, taken: ReadonlyMap<string, unknown>): string {
  if (!taken.has(wanted)) return wanted
  for (let number = 2; ; number++) {
    const name = `${wanted} ${number}`
    if (!taken.has(name)) return name
  }
}
