import type { Entry, WordKey } from '../en/index.ts'

type Part = Extract<WordKey, `${'codes' | 'reveal'}.${string}`>

export const codes = {
  'codes.title': 'Codes',
  'codes.filter': 'Nach Name, Dienst, Nummer oder Schlagwort filtern',
  'codes.count': { one: '{count} Konto', other: '{count} Konten' },
  'codes.found': { one: '{count} Konto passt', other: '{count} Konten passen' },
  'codes.add': 'Konto hinzufügen',
  'codes.takeRoot': 'Root-Konto übernehmen',
  'codes.allTags': 'Schlagwörter',
  'codes.emptyTitle': 'Noch keine Konten',
  'codes.emptyAdder': 'Fügen Sie das erste hinzu: per QR-Code, Link oder getipptem Geheimnis.',
  'codes.emptyMember':
    'Niemand teilt bisher ein Konto mit Ihnen. Wer es verwaltet, kann Ihnen das Recht auf seine Codes geben.',
  'codes.noMatchTitle': 'Nichts passt',
  'codes.noMatch': 'Kein Konto hat „{text}“ in Name, Dienst, Nummer oder Schlagwörtern.',
  'codes.clearFilter': 'Filter leeren',
  'codes.list': 'Konten',
  'codes.deleted': 'Gelöschte Konten',
  'codes.deletedLead': 'Sie lassen sich eine Weile wiederherstellen.',
  'codes.restore': 'Wiederherstellen',
  'codes.restored': '„{name}“ ist wieder da.',
  'codes.pin': '{name} anheften',
  'codes.unpin': '{name} lösen',
  'codes.noReveal': 'Sie verwalten dieses Konto, dürfen seine Codes aber nicht sehen',
  'codes.rotate': 'Erneuern',

  'reveal.of': 'von {name}',
  'reveal.showShort': 'Code zeigen',
  'reveal.asking': 'Fragt nach dem Code …',
  'reveal.next': 'Nächster',
  'reveal.nextShow': 'Auch den nächsten zeigen',
  'reveal.hide': 'Verbergen',
  'reveal.left': { one: 'Gilt noch {count} Sekunde', other: 'Gilt noch {count} Sekunden' },
  'reveal.counter': 'Nummer {step}, gilt einmal',
  'reveal.counterOver': 'Nächste Nummer zeigen',
  'reveal.saidCode': {
    one: 'Code von {name}: {spelled}. Gilt {count} Sekunde.',
    other: 'Code von {name}: {spelled}. Gilt {count} Sekunden.',
  },
  'reveal.saidCounter': 'Code von {name}: {spelled}.',
  'reveal.saidLow': 'Noch zehn Sekunden.',
  'reveal.saidHidden': 'Der Code von {name} ist wieder verborgen.',
  'reveal.copied': 'Kopiert. Die Zwischenablage wird geleert, wenn der Code endet, sofern der Browser es erlaubt.',
  'reveal.copyRefused': 'Der Browser hat das Kopieren nicht erlaubt. Markieren Sie den Code und kopieren Sie von Hand.',
  'reveal.shared':
    '{holder} hat diesen Code auch. Ein Dienst nimmt einen Code einmal, also kommt nur eine Person hinein.',
  'reveal.heldMine': { one: 'Ihrer in {count} Sekunde', other: 'Ihrer in {count} Sekunden' },

  'codes.grantYourself': 'Erteilen Sie sich das Recht weiter unten.',
  'reveal.held':
    '{holder} hat diesen Code, und ein Dienst nimmt jeden nur einmal. Der nächste ist für Sie vorgemerkt und erscheint von selbst.',
  'reveal.heldShort': '{holder} hat diesen Code.',
  'reveal.sharedShort': '{holder} hat ihn auch',
} as const satisfies Record<Part, Entry>
