import { Failure } from '../../errors/failure.ts'
import {
  emptySection,
  optionOf,
  ownLines,
  profileInConfig,
  withOptions,
  withoutOptions,
  withoutSection,
  withSection,
  type ProfileFile,
  type ProfileSection,
} from './profile-file.ts'
import { profileNames, type NamingRule } from './profile-names.ts'

/** What `refresh` wants a file to hold. */
export interface ProfileWishes {
  readonly config: string
  readonly roleArns: readonly string[]
  readonly rule: NamingRule
  readonly regionOf: (roleArn: string) => string
  readonly commandOf: (roleArn: string) => string
  /** Whether sections are called `[profile NAME]`, as in the config file. */
  readonly isConfigFile: boolean
  /** Whether the file stands alone: a credentials file that was named has no config file beside it. */
  readonly isAlone?: boolean
}

/** A file as it shall be, and what changed, by profile name. */
export interface ProfilePlan {
  readonly file: ProfileFile
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  /** Every role with its profile. */
  readonly profiles: ReadonlyMap<string, string>
}

/** The option that marks a profile as ours, with the configuration it belongs to. The AWS tools ignore what begins with `x_`. */
export const ownershipMark = 'x_watchword'

/** Options that hold keys in clear. Beside a credential_process they would win for ever. */
const staticKeys: ReadonlySet<string> = new Set([
  'aws_access_key_id',
  'aws_secret_access_key',
  'aws_session_token',
  'aws_security_token',
  'x_security_token_expires',
])

/**
 * Decides what a refresh makes of a file: one profile per role, ours of lost roles removed, all others untouched.
 *
 * The sections of the old program (`okta-…` whose process calls it, and `okta-empty`) are taken over.
 *
 * @param moved - what {@link movedSections} found in the other file: those profiles keep their names and further options
 */
export function planProfiles(
  before: ProfileFile,
  wishes: ProfileWishes,
  moved: readonly ProfileSection[] = [],
): ProfilePlan {
  const own = before.sections.filter((section) => isOurs(section, wishes) || isAdopted(section, wishes))
  const ownNames = new Set(own.map((section) => section.name))
  const taken = before.sections
    .filter((section) => !ownNames.has(section.name))
    .map((section) => profileOf(section, wishes))
  const owners = new Map([...moved, ...own].map((section) => [profileOf(section, wishes), roleOf(section)]))
  const profiles = profileNames(wishes.roleArns, wishes.rule, owners, new Set(taken))
  const wanted = new Map([...profiles].map(([roleArn, profile]) => [sectionName(profile, wishes), roleArn]))
  const lost = own.filter(
    (section) => !wanted.has(section.name) && (isOurs(section, wishes) || wishes.config === 'default'),
  )
  let file = lost.reduce((rest, section) => withoutSection(rest, section.name), before)
  const added: string[] = []
  const changed: string[] = []
  for (const [name, roleArn] of wanted) {
    const present = file.sections.find((section) => section.name === name)
    const next = filled(
      present ?? moved.find((section) => section.name === name) ?? emptySection(name),
      roleArn,
      wishes,
    )
    if (present === undefined) added.push(name)
    else if (!isSame(present, next)) changed.push(name)
    if (present === undefined || !isSame(present, next)) file = withSection(file, next)
  }
  return { file, added, changed, removed: lost.map((section) => section.name), profiles }
}

/** Our profiles of the other file, credentials or config, as this one calls them. */
export function movedSections(other: ProfileFile, wishes: ProfileWishes): ProfileSection[] {
  const there = { ...wishes, isConfigFile: !wishes.isConfigFile }
  return other.sections
    .filter((section) => isOurs(section, there) || (wishes.config === 'default' && isAdopted(section, there)))
    .map((section) => ({ ...emptySection(sectionName(profileOf(section, there), wishes)), lines: ownLines(section) }))
}

/** Whether a file may hold profiles of ours or of the old program, so that it is worth being taken apart. */
export function mentionsOurs(text: string): boolean {
  return text.includes(ownershipMark) || text.includes('okta-aws-cred-helper')
}

/**
 * Refuses to write processes whose profile has keys in clear in the credentials file: the keys would win.
 *
 * @throws {@link Failure} `aws_file_refused`
 */
export function refuseShadowed(plan: ProfilePlan, credentials: ProfileFile, path: string): void {
  for (const profile of plan.profiles.values()) {
    const section = credentials.sections.find(({ name }) => name === profile)
    if (section === undefined || optionOf(section, 'aws_access_key_id') === undefined) continue
    const reason = `the profile ${profile} has static keys there, which would win over the process; remove them`
    throw new Failure('aws_file_refused', { detail: { path, reason } })
  }
}

/** The changes as lines for people, `-` and `+`, section by section; keys in clear are not shown. */
export function planDiff(before: ProfileFile, plan: ProfilePlan): string[] {
  const changed = [...plan.removed, ...plan.changed, ...plan.added]
  const linesOf = (file: ProfileFile, name: string) =>
    file.sections.find((section) => section.name === name)?.lines.filter((line) => line.trim() !== '') ?? []
  return changed.flatMap((name) => {
    const old = linesOf(before, name)
    const next = linesOf(plan.file, name)
    const sign = plan.removed.includes(name) ? '-' : plan.added.includes(name) ? '+' : ' '
    const gone = old.filter((line) => sign === '-' || !next.includes(line)).map((line) => `-${masked(line)}`)
    return [
      `${sign}[${name}]`,
      ...gone,
      ...next.filter((line) => !old.includes(line)).map((line) => `+${masked(line)}`),
    ]
  })
}

function filled(section: ProfileSection, roleArn: string, wishes: ProfileWishes): ProfileSection {
  return withOptions(withoutOptions(section, staticKeys), {
    credential_process: wishes.commandOf(roleArn),
    region: wishes.regionOf(roleArn),
    [ownershipMark]: wishes.config,
  })
}

function isOurs(section: ProfileSection, wishes: ProfileWishes): boolean {
  return optionOf(section, ownershipMark) === wishes.config
}

function isAdopted(section: ProfileSection, wishes: ProfileWishes): boolean {
  if (optionOf(section, ownershipMark) !== undefined) return false
  const profile = profileOf(section, wishes)
  if (profile === 'okta-empty') return section.lines.every((line) => line.trim() === '')
  const process = optionOf(section, 'credential_process') ?? ''
  return profile.startsWith('okta-') && /^"?(?:[^" ]*[/\\])?okta-aws-cred-helper(?:\.\w+)?"?\s/.test(process)
}

function roleOf(section: ProfileSection): string {
  return /arn:aws[a-z-]*:iam::\d{12}:role\/[^"\s]+/.exec(optionOf(section, 'credential_process') ?? '')?.[0] ?? ''
}

function profileOf(section: ProfileSection, wishes: ProfileWishes): string {
  return wishes.isConfigFile ? (profileInConfig(section.name) ?? section.name) : section.name
}

function sectionName(profile: string, wishes: ProfileWishes): string {
  return wishes.isConfigFile ? `profile ${profile}` : profile
}

function isSame(one: ProfileSection, other: ProfileSection): boolean {
  return one.header === other.header && one.lines.join('') === other.lines.join('')
}

function masked(line: string): string {
  const [name = ''] = line.split(/[=:]/)
  return staticKeys.has(name.trim().toLowerCase()) ? `${name.trim()} = …` : line.trimEnd()
}
