import { buildRouteMap } from '@stricli/core'
import { expect, it } from 'vitest'
import { addCommand } from '../../../src/cli/agent/commands/add.ts'
import { editCommand } from '../../../src/cli/agent/commands/edit.ts'
import type { CliContext } from '../../../src/cli/context.ts'
import { runCommand } from '../../support/cli.ts'

it('promises a default only where one counts: a change leaves alone what is not named', async () => {
  const routes = buildRouteMap<'add' | 'edit', CliContext>({
    routes: { add: addCommand, edit: editCommand },
    docs: { brief: 'Accounts' },
  })
  const helpOf = async (command: string) => (await runCommand(routes, [command, '--help'])).stdout
  expect(await helpOf('add')).toMatch(/default SHA1[^]*default 6[^]*default 30/)
  expect(await helpOf('edit')).not.toMatch(/default (totp|SHA1|6|30|0)\)/)
})
