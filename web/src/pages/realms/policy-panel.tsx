import { Button, Checkbox, Group, NumberInput, Select, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { FormEvent } from 'react'
import { useLocation } from 'wouter'
import { deleteRealm, listRealms, type LockoutRule, readRealm, type Realm, updateRealm } from '../../contract.ts'
import { ConfirmButton } from '../../parts/confirm.tsx'
import { LockoutFields } from '../../parts/lockout-fields.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useEdits } from '../../parts/use-edits.ts'
import { useAct } from '../../server/queries.ts'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'
import { GuessCard } from './guess-card.tsx'

const algorithms = ['SHA1', 'SHA256', 'SHA512'] as const
const replays = ['rising', 'once', 'reuse'] as const
const readbacks = ['pending', 'enrollers'] as const

type Policy = Pick<
  Realm,
  | 'issuerLabel'
  | 'contact'
  | 'algorithm'
  | 'digits'
  | 'periodSeconds'
  | 'windowBack'
  | 'windowForward'
  | 'replay'
  | 'readback'
  | 'lockout'
  | 'enabled'
>

/** The rules of a realm, beside what they leave to a guesser. */
export function PolicyPanel({ realm }: { realm: Realm }) {
  const { t } = useWords()
  const { mayAdminister } = useMe()
  const act = useAct(updateRealm, [readRealm, listRealms])
  // Only what changed is sent: a realm imported with five digits keeps them without asking for a rule it breaks.
  const { value: policy, changes, set, settle } = useEdits(policyOf(realm))
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const done = await act.run({ params: { realm: realm.name }, body: changes })
    if (done === null) return
    settle()
    notifications.show({ message: t('realm.saved') })
  }
  return (
    <>
      <form onSubmit={(event) => void save(event)}>
        <fieldset disabled={!mayAdminister} style={{ border: 0, padding: 0, margin: 0 }}>
          <Surface>
            <Stack>
              <NameFields policy={policy} set={set} />
              <CodeFields policy={policy} set={set} />
              <RuleFields policy={policy} set={set} fallback={realm.effectiveLockout} />
              <TroubleNote trouble={act.trouble} />
              {mayAdminister && (
                <Group justify="flex-end">
                  <Button type="submit" loading={act.isRunning}>
                    {t('do.save')}
                  </Button>
                </Group>
              )}
            </Stack>
          </Surface>
        </fieldset>
      </form>
      <GuessCard guess={realm.guess} />
      {mayAdminister && <DeleteRealm realm={realm} />}
    </>
  )
}

interface FieldsProps {
  readonly policy: Policy
  set(part: Partial<Policy>): void
}

function NameFields({ policy, set }: FieldsProps) {
  const { t } = useWords()
  return (
    <>
      <Switch
        label={t('realm.enabled')}
        checked={policy.enabled}
        onChange={(event) => set({ enabled: event.currentTarget.checked })}
      />
      <SimpleGrid className="ww-fields" cols={{ base: 1, sm: 2 }}>
        <TextInput
          label={t('realm.issuerLabel')}
          maxLength={128}
          value={policy.issuerLabel}
          onChange={(event) => set({ issuerLabel: event.currentTarget.value })}
        />
        <TextInput
          label={t('realm.contact')}
          maxLength={255}
          value={policy.contact}
          onChange={(event) => set({ contact: event.currentTarget.value })}
        />
      </SimpleGrid>
    </>
  )
}

function CodeFields({ policy, set }: FieldsProps) {
  const { t } = useWords()
  const numbers = [
    { name: 'digits', label: t('realm.digits'), min: 6, max: 8 },
    { name: 'periodSeconds', label: t('realm.period'), min: 15, max: 120 },
    { name: 'windowBack', label: t('realm.windowBack'), min: 0, max: 10 },
    { name: 'windowForward', label: t('realm.windowForward'), min: 0, max: 10 },
  ] as const
  return (
    <SimpleGrid className="ww-fields" cols={{ base: 1, xs: 2, md: 5 }}>
      <Select
        label={t('realm.algorithm')}
        data={algorithms}
        allowDeselect={false}
        value={policy.algorithm}
        onChange={(algorithm) => algorithm !== null && set({ algorithm })}
      />
      {numbers.map(({ name, label, min, max }) => (
        <NumberInput
          key={name}
          label={label}
          required
          withAsterisk={false}
          allowDecimal={false}
          min={min}
          max={max}
          value={policy[name]}
          onChange={(value) => typeof value === 'number' && set({ [name]: value })}
        />
      ))}
    </SimpleGrid>
  )
}

function RuleFields({ policy, set, fallback }: FieldsProps & { fallback: LockoutRule }) {
  const { t } = useWords()
  return (
    <>
      <SimpleGrid className="ww-fields" cols={{ base: 1, sm: 2 }}>
        <Select
          label={t('realm.replay')}
          data={replays.map((name) => ({ value: name, label: t(`realm.replay.${name}`) }))}
          allowDeselect={false}
          value={policy.replay}
          onChange={(replay) => replay !== null && set({ replay })}
        />
        <Select
          label={t('realm.readback')}
          data={readbacks.map((name) => ({ value: name, label: t(`realm.readback.${name}`) }))}
          allowDeselect={false}
          value={policy.readback}
          onChange={(readback) => readback !== null && set({ readback })}
        />
      </SimpleGrid>
      <Checkbox
        label={t('realm.lockout')}
        checked={policy.lockout !== null}
        onChange={(event) => set({ lockout: event.currentTarget.checked ? fallback : null })}
      />
      {policy.lockout !== null && <LockoutFields value={policy.lockout} onChange={(lockout) => set({ lockout })} />}
    </>
  )
}

function DeleteRealm({ realm }: { realm: Realm }) {
  const { t } = useWords()
  const [, navigate] = useLocation()
  const act = useAct(deleteRealm, [listRealms])
  const confirm = async () => {
    const done = await act.run({ params: { realm: realm.name } })
    if (done === null) return false
    notifications.show({ message: t('realm.deleted', { name: realm.name }) })
    navigate('/realms')
    return true
  }
  return (
    <ConfirmButton
      label={t('realm.deleteDo')}
      question={t('realm.deleteAsk', { name: realm.name })}
      why={t('realm.deleteWhy')}
      doIt={t('do.delete')}
      isDangerous
      trouble={act.trouble}
      onConfirm={confirm}
    />
  )
}

function policyOf(realm: Realm): Policy {
  const { issuerLabel, contact, algorithm, digits, periodSeconds, windowBack, windowForward } = realm
  const { replay, readback, lockout, enabled } = realm
  const shape = { algorithm, digits, periodSeconds, windowBack, windowForward }
  return { issuerLabel, contact, ...shape, replay, readback, lockout, enabled }
}
