import { Button, type ButtonProps, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { ReactNode } from 'react'
import type { Trouble } from '../server/trouble.ts'
import { useWords } from '../words/words.tsx'
import { TroubleNote } from './trouble-note.tsx'

interface Question {
  readonly question: string
  readonly why: ReactNode
  /** The word on the button that does it. */
  readonly doIt: string
  readonly trouble?: Trouble | null
}

interface ConfirmProps extends Question {
  readonly isOpen: boolean
  onClose(): void
  onConfirm(): void
}

/** A question before something is done. */
export function Confirm({ question, why, doIt, trouble = null, isOpen, onClose, onConfirm }: ConfirmProps) {
  const { t } = useWords()
  return (
    <Modal opened={isOpen} onClose={onClose} title={question} closeButtonProps={{ 'aria-label': t('do.close') }}>
      <Stack>
        <Text component="div">{why}</Text>
        <TroubleNote trouble={trouble} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('do.cancel')}
          </Button>
          <Button onClick={onConfirm}>{doIt}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}

interface ConfirmButtonProps extends ButtonProps, Question {
  readonly label: ReactNode
  /** Answers whether it was done; the question stays open when not. */
  onConfirm(): Promise<boolean>
}

/** A button that asks before it acts. */
export function ConfirmButton({
  label,
  question,
  why,
  doIt,
  trouble = null,
  onConfirm,
  ...button
}: ConfirmButtonProps) {
  const [isOpen, { open, close }] = useDisclosure(false)
  return (
    <>
      <Button variant="default" {...button} onClick={open}>
        {label}
      </Button>
      <Confirm
        {...{ question, why, doIt, trouble, isOpen }}
        onClose={close}
        onConfirm={() => void onConfirm().then((isDone) => isDone && close())}
      />
    </>
  )
}
