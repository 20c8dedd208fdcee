import { fetchAccountAliases } from '../../../aws/account-aliases.ts'
import type { CliContext } from '../../context.ts'
import { openHelper, regionOf, type AwsHelper, type PlaceFlags } from '../helper.ts'
import { ownCommand } from '../own-command.ts'
import { formatProfileFile, parseProfileFile, type ProfileFile } from '../profile-file.ts'
import { defaultTemplate } from '../profile-names.ts'
import { planDiff, planProfiles, refuseShadowed, type ProfilePlan, type ProfileWishes } from '../profile-plan.ts'
import { quotedCommand } from '../quoted-command.ts'
import { changeSharedFile, readText } from '../shared-file.ts'
import { obtainAssertion, type Assertion } from '../sign-in.ts'

/** The options of `refresh`. */
export interface RefreshFlags extends PlaceFlags {
  readonly dryRun: boolean
  readonly configFile: boolean
  readonly lookUpAliases: boolean
  readonly json: boolean
}

/** `watchword aws refresh`: one profile per role that Okta offers, in the file the AWS tools read. */
export async function refresh(this: CliContext, flags: RefreshFlags): Promise<void> {
  const helper = await openHelper(this, flags, true)
  const assertion = await obtainAssertion(helper)
  const wishes = await wishesOf(helper, assertion, flags)
  const path = flags.configFile ? helper.paths.configFile : helper.paths.credentialsFile
  if (flags.dryRun)
    return showPlan(
      this,
      path,
      planFor(helper, await readText(path), path, await shadowsOf(helper, flags), wishes),
      flags,
    )
  const shadows = await shadowsOf(helper, flags)
  let plan: PlannedFile | undefined
  await changeSharedFile(path, helper.paths.settingsFolder, (text) => {
    plan = planFor(helper, text, path, shadows, wishes)
    return formatProfileFile(plan.plan.file)
  })
  if (plan !== undefined) report(this, path, plan.plan, flags)
}

interface PlannedFile {
  readonly before: ProfileFile
  readonly plan: ProfilePlan
}

function planFor(
  helper: AwsHelper,
  text: string,
  path: string,
  shadows: ProfileFile | null,
  wishes: ProfileWishes,
): PlannedFile {
  const before = parseProfileFile(text, path)
  const plan = planProfiles(before, wishes)
  if (shadows !== null) refuseShadowed(plan, shadows, helper.paths.credentialsFile)
  return { before, plan }
}

/** The file whose keys would win over what we write into the other one. */
async function shadowsOf({ paths }: AwsHelper, flags: RefreshFlags): Promise<ProfileFile | null> {
  return flags.configFile ? parseProfileFile(await readText(paths.credentialsFile), paths.credentialsFile) : null
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

function showPlan(context: CliContext, path: string, { before, plan }: PlannedFile, flags: RefreshFlags): void {
  if (flags.json) return report(context, path, plan, flags)
  for (const line of planDiff(before, plan)) context.print(line)
  context.say(`${summary(path, plan)} Nothing was written.`)
}

function report(context: CliContext, path: string, plan: ProfilePlan, flags: RefreshFlags): void {
  const { added, changed, removed } = plan
  if (flags.json)
    return context.printJson({ path, added, changed, removed, profiles: Object.fromEntries(plan.profiles) })
  context.say(summary(path, plan))
}

function summary(path: string, { added, changed, removed, profiles }: ProfilePlan): string {
  return `${profiles.size} profiles in ${path}: ${added.length} added, ${changed.length} changed, ${removed.length} removed.`
}
