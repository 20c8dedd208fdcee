import type { CliContext } from '../../context.ts'
import { openHelper, type PlaceFlags } from '../helper.ts'
import { defaultTemplate, profileNames } from '../profile-names.ts'
import { freshAssertion } from '../sign-in.ts'

/** `watchword aws roles`: the roles that Okta offers, each with its profile. */
export async function roles(this: CliContext, flags: PlaceFlags & { readonly json: boolean }): Promise<void> {
  const helper = await openHelper(this, flags, true)
  const { content } = await freshAssertion(helper)
  const { aliases = {}, profile_template: template = defaultTemplate } = helper.settings.file
  const arns = content.roles.map((role) => role.roleArn)
  const names = profileNames(arns, { template, aliases }, new Map(), new Set())
  if (flags.json) return this.printJson({ items: arns.map((roleArn) => ({ roleArn, profile: names.get(roleArn) })) })
  for (const roleArn of arns) this.print(`${names.get(roleArn)}\t${roleArn}`)
}
