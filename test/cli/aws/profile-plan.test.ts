import { describe, expect, it } from 'vitest'
import { formatProfileFile, parseProfileFile } from '../../../src/cli/aws/profile-file.ts'
import { defaultTemplate, profileNames } from '../../../src/cli/aws/profile-names.ts'
import { planDiff, planProfiles, refuseShadowed, type ProfileWishes } from '../../../src/cli/aws/profile-plan.ts'
import { roleArn } from '../../support/aws/aws-world.ts'

function wishes(roleArns: readonly string[], more: Partial<ProfileWishes> = {}): ProfileWishes {
  return {
    config: 'default',
    roleArns,
    rule: { template: defaultTemplate, aliases: {} },
    regionOf: () => 'eu-west-1',
    commandOf: (arn) => `"watchword" "aws" "credential-process" "--role-arn" "${arn}"`,
    isConfigFile: false,
    ...more,
  }
}

function refreshed(text: string, roleArns: readonly string[], more: Partial<ProfileWishes> = {}): string {
  return formatProfileFile(planProfiles(parseProfileFile(text, 'file'), wishes(roleArns, more)).file)
}

const personal = `# mine\n[personal]\naws_access_key_id = AKIA\nAws_Secret = x\n\n[okta-by-hand]\nrole_arn = x\n`

describe('planProfiles', () => {
  it('writes one marked profile per role, and nothing the second time', () => {
    const once = refreshed(personal, [roleArn('Admin'), roleArn('Reader')])
    expect(once.match(/^\[okta-123456789012-/gm)).toHaveLength(2)
    expect(once.match(/^x_watchword = default$/gm)).toHaveLength(2)
    expect(refreshed(once, [roleArn('Reader'), roleArn('Admin')])).toBe(once)
  })

  it('a4 leaves every byte of other profiles, also of unmarked ones called okta-', () => {
    expect(refreshed(personal, [roleArn('Admin')]).startsWith(personal)).toBe(true)
    expect(refreshed(refreshed(personal, [roleArn('Admin')]), [])).toBe(personal)
  })

  it('a6 adds the new role and prunes the lost one', () => {
    const before = refreshed(personal, [roleArn('Admin')])
    const plan = planProfiles(parseProfileFile(before, 'file'), wishes([roleArn('Reader')]))
    expect(plan).toMatchObject({ added: ['okta-123456789012-Reader'], removed: ['okta-123456789012-Admin'] })
  })

  it("a3 takes over the old program's sections, and okta-empty with them", () => {
    const old = `[okta-empty]\n\n[okta-123456789012-Admin]\ncredential_process = "okta-aws-cred-helper" "get-cred" "--role-arn" "${roleArn('Admin')}"\nregion = ap-southeast-2\n\n[okta-gone]\ncredential_process = okta-aws-cred-helper get-cred --role-arn ${roleArn('Gone')}\n`
    const plan = planProfiles(parseProfileFile(old, 'file'), wishes([roleArn('Admin')]))
    expect(plan).toMatchObject({
      added: [],
      changed: ['okta-123456789012-Admin'],
      removed: ['okta-empty', 'okta-gone'],
    })
  })

  it('removes static keys from its own profiles, in any letter case: they would win over the process', () => {
    const before = refreshed('', [roleArn('Admin')]).replace(
      'region =',
      'AWS_Access_Key_Id = AKIA\naws_secret_access_key = s3cret\noutput = json\nregion =',
    )
    const after = refreshed(before, [roleArn('Admin')])
    expect(after).not.toMatch(/AKIA|s3cret/)
    expect(after).toContain('output = json')
  })

  it('never shows a key in the diff', () => {
    const before = parseProfileFile(
      refreshed('', [roleArn('Admin')]).replace('region =', 'aws_secret_access_key = s3cret\nregion ='),
      'file',
    )
    const diff = planDiff(before, planProfiles(before, wishes([roleArn('Admin'), roleArn('New')])))
    expect(diff.join('\n')).not.toContain('s3cret')
    expect(diff).toContain('+[okta-123456789012-New]')
    expect(diff).toContain('-aws_secret_access_key = …')
  })

  it('keeps configurations apart: one does not prune what the other wrote, nor take its names', () => {
    const first = refreshed('', [roleArn('Admin')])
    const both = refreshed(first, [roleArn('Admin')], { config: 'second' })
    expect(both).toMatch(/^\[okta-123456789012-Admin-[0-9a-f]{6}\]$/m)
    expect(refreshed(both, [], { config: 'second' })).toBe(first)
  })

  it('writes [profile …] into the config file, and refuses keys that would shadow it from the credentials file', () => {
    const config = refreshed('', [roleArn('Admin')], { isConfigFile: true })
    expect(config).toContain('[profile okta-123456789012-Admin]\n')
    const plan = planProfiles(parseProfileFile('', 'c'), wishes([roleArn('Admin')], { isConfigFile: true }))
    const credentials = parseProfileFile('[okta-123456789012-Admin]\naws_access_key_id = AKIA\n', 'credentials')
    expect(() => refuseShadowed(plan, credentials, 'credentials')).toThrow(/static keys there/)
  })
})

describe('profileNames', () => {
  const rule = { template: defaultTemplate, aliases: { '123456789012': 'Acme Prod' } }
  const names = (arns: string[], owners = new Map<string, string>(), taken = new Set<string>()) =>
    profileNames(arns, rule, owners, taken)

  it('names as the old program did: alias in lower case, runs of other letters one dash, case of the role kept', () => {
    expect(names([roleArn('path/Dev_Ops.x')]).get(roleArn('path/Dev_Ops.x'))).toBe('okta-acme-prod-path-Dev-Ops-x')
  })

  it('tells roles apart whose names come out alike, and the exact one keeps the plain name', () => {
    const found = names([roleArn('a_b'), roleArn('a/b'), roleArn('a-b')])
    expect(found.get(roleArn('a-b'))).toBe('okta-acme-prod-a-b')
    expect(new Set(found.values()).size).toBe(3)
  })

  it('leaves a name with the role that has it', () => {
    const owners = new Map([['okta-acme-prod-a-b', roleArn('a_b')]])
    expect(names([roleArn('a-b'), roleArn('a_b')], owners).get(roleArn('a_b'))).toBe('okta-acme-prod-a-b')
  })

  it("does not take a name that is somebody else's", () => {
    const found = names([roleArn('Admin')], new Map(), new Set(['okta-acme-prod-Admin']))
    expect(found.get(roleArn('Admin'))).toMatch(/^okta-acme-prod-Admin-[0-9a-f]{6}$/)
  })

  it('follows a template of one’s own', () => {
    const own = profileNames([roleArn('team/Ops')], { ...rule, template: '{id}.{name}' }, new Map(), new Set())
    expect([...own.values()]).toEqual(['123456789012.Ops'])
  })
})
