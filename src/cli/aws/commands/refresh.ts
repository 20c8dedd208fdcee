import { fetchAccountAliases } from '../../../aws/account-aliases.ts'
import { Failure } from '../../../errors/failure.ts'
import type { CliContext } from '../../context.ts'
import { counted } from '../../counted.ts'
import { openHelper, openPaths, regionOf, type AwsHelper, type PlaceFlags } from '../helper.ts'
import { ownCommand } from '../own-command.ts'
import { defaultTemplate } from '../profile-names.ts'
import { planDiff, type ProfileWishes } from '../profile-plan.ts'
import { quotedCommand } from '../quoted-command.ts'
import { previewRefresh, undoRefresh, writeRefresh, type RefreshPlan } from '../refresh-files.ts'
import { freshAssertion, type Assertion } from '../sign-in.ts'

/** The options of `refresh`. */
export interface RefreshFlags extends PlaceFlags {
  readonly dryRun: boolean
  readonly configFile: boolean
  readonly undo: boolean
  readonly lookUpAliases: boolean
  readonly json: boolean
}

/** `watchword aws refresh`: one profile per role that Okta offers, in the file the AWS tools read. */
export async function refresh(this: CliContext, flags: RefreshFlags): Promise<void> {
  if (flags.undo) return undo(this, flags)
  const helper = await openHelper(this, flags, true)
  const wishes = await wishesOf(helper, await freshAssertion(helper), flags)
  if (flags.dryRun) return showPlan(this, await previewRefresh(helper.paths, wishes), flags)
  report(this, await writeRefresh(helper.paths, wishes), flags)
}

async function undo(context: CliContext, flags: RefreshFlags): Promise<void> {
  if (flags.dryRun) throw new Failure('aws_option_conflict', { detail: { options: '--undo and --dry-run' } })
  const restored = await undoRefresh(await openPaths(context, flags))
  if (flags.json) return context.printJson({ restored })
  for (const path of restored) context.say(`${path} is as it was before the last refresh.`)
}

async function wishesOf(helper: AwsHelper, { form, content }: Assertion, flags: RefreshFlags): Promise<ProfileWishes> {
  const { settings, transport } = helper
  const { aliases = {}, profile_template: template = defaultTemplate } = settings.file
  const found = flags.lookUpAliases ? await fetchAccountAliases(transport, form) : {}
  return {
    config: settings.config,
    roleArns: content.roles.map((role) => role.roleArn),
    rule: { template, aliases: { ...found, ...aliases } },
    regionOf: (roleArn) => regionOf(settings, roleArn),
    commandOf: (roleArn) => processCommand(roleArn, settings.config, flags),
    isConfigFile: flags.configFile,
    isAlone: !flags.configFile && flags.awsCredentialsFilePath !== undefined,
  }
}

function processCommand(roleArn: string, config: string, flags: RefreshFlags): string {
  const place = [
    ...(config === 'default' ? [] : ['--config', config]),
    ...(flags.home === undefined ? [] : ['--home', flags.home]),
  ]
  return quotedCommand(
    [...ownCommand(process), 'aws', 'credential-process', '--role-arn', roleArn, ...place],
    process.platform,
  )
}

function showPlan(context: CliContext, planned: RefreshPlan, flags: RefreshFlags): void {
  if (flags.json) return report(context, planned, flags)
  for (const { before, plan } of [planned.target, planned.other].filter((file) => file !== null)) {
    for (const line of planDiff(before, plan)) context.print(line)
  }
  context.say(`${summary(planned)} Nothing was written.`)
}

function report(context: CliContext, planned: RefreshPlan, flags: RefreshFlags): void {
  if (!flags.json) return context.say(summary(planned))
  const { path, plan } = planned.target
  const { added, changed, removed } = plan
  const left = planned.other === null ? null : { path: planned.other.path, removed: planned.other.plan.removed }
  context.printJson({ path, added, changed, removed, profiles: Object.fromEntries(plan.profiles), left })
}

function summary({ target, other }: RefreshPlan): string {
  const { added, changed, removed, profiles } = target.plan
  const done = `${counted(profiles.size, 'profile')} in ${target.path}: ${added.length} added, ${changed.length} changed, ${removed.length} removed`
  const left = other?.plan.removed.length ?? 0
  return left === 0 ? `${done}.` : `${done}; ${left} taken out of ${other?.path}.`
}
