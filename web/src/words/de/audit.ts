import type { Entry, WordKey } from '../en/index.ts'

type Part = Extract<WordKey, `${'audit' | 'outcome' | 'chain'}.${string}`>

export const audit = {
  'audit.title': 'Protokoll',
  'audit.lead': 'Was geschah, das Neueste zuerst. Einträge kommen nur hinzu, und jeder besiegelt den vor ihm.',
  'audit.actor': 'Wer',
  'audit.action': 'Was',
  'audit.actionHint': 'Genau, oder ein Anfang, der mit einem Punkt endet, etwa account.',
  'audit.object': 'Woran',
  'audit.outcome': 'Ausgang',
  'audit.from': 'Von',
  'audit.to': 'Bis',
  'audit.anyOutcome': 'jeder',
  'audit.follow': 'Live verfolgen',
  'audit.live.off': 'Aus',
  'audit.live.connecting': 'Verbindet …',
  'audit.live.live': 'Live',
  'audit.export': 'Exportieren',
  'audit.emptyTitle': 'Nichts verzeichnet',
  'audit.empty': 'Kein Eintrag passt. Fassen Sie den Filter weiter.',
  'audit.chart': 'Einträge je Tag in den letzten 30 Tagen',
  'audit.byAction': 'Nach Handlung',
  'audit.when': 'Wann',
  'audit.from.address': 'von {address}',
  'audit.details': 'Einzelheiten',

  'outcome.accepted': 'angenommen',
  'outcome.done': 'getan',
  'outcome.refused': 'abgelehnt',
  'outcome.denied': 'verweigert',

  'chain.title': 'Die Kette',
  'chain.check': 'Jetzt prüfen',
  'chain.unchecked': 'Jeder Eintrag trägt den Fingerabdruck des vorigen. Eine Prüfung liest alle.',
  'chain.whole': {
    one: 'Ganz: {count} Eintrag, jeder besiegelt den vor ihm.',
    other: 'Ganz: {count} Einträge, jeder besiegelt den vor ihm.',
  },
  'chain.broken': 'Die Kette ist gebrochen: Einträge wurden außerhalb von Watchword geändert oder entfernt.',
  'chain.checkpoint': 'Letzter signierter Prüfpunkt: {when}.',
  'chain.noCheckpoint': 'Noch wurde kein Prüfpunkt signiert.',
} as const satisfies Record<Part, Entry>
