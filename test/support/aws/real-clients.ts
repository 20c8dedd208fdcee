import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Finished } from '../../cli/support/agent-home.ts'
import { findProgram } from '../programs.ts'
import type { AwsHome } from './aws-home.ts'

const project = fileURLToPath(new URL('../../..', import.meta.url))
const debian = '/usr/bin/aws'

/** Runs a program without a terminal. */
export async function runFile(
  file: string,
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Finished> {
  const child = spawn(file, words, { env, cwd: project, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  return { code, ...output }
}

/** Debian's AWS CLI, or the newest one found if it obeys AWS_ENDPOINT_URL_STS; null without it. */
export function awsCli(which: 'debian' | 'newest'): string | null {
  if (which === 'debian') return existsSync(debian) ? debian : findProgram('aws')
  const found = findProgram('aws')
  if (found === null || found === debian) return null
  const version = execFileSync(found, ['--version']).toString()
  const [, major = '0', minor = '0'] = /aws-cli\/(\d+)\.(\d+)/.exec(version) ?? []
  return (major === '1' && Number(minor) >= 29) || (major === '2' && Number(minor) >= 13) ? found : null
}

/** `aws sts get-caller-identity` of the real AWS CLI through a profile. */
export function callAwsCli(
  home: AwsHome,
  profile: string,
  env: Readonly<Record<string, string | undefined>> = {},
  program = awsCli('debian') ?? 'aws',
): Promise<Finished> {
  const words = ['sts', 'get-caller-identity', '--output', 'json', '--endpoint-url', home.world.sts.origin]
  // A chained profile calls STS by itself, where only the variable reaches.
  const call = program === awsCli('debian') ? words : words.slice(0, 4)
  return runFile(program, call, { ...process.env, ...home.env, AWS_PROFILE: profile, AWS_PAGER: '', ...env })
}

/** The ARN that the AWS SDK for JavaScript gets through a profile, in a process of its own. */
export async function callJsSdk(home: AwsHome, profile: string): Promise<string> {
  const script = `
    import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
    import { fromIni } from '@aws-sdk/credential-providers'
    const client = new STSClient({ region: 'eu-west-1', credentials: fromIni({ profile: ${JSON.stringify(profile)} }) })
    console.log((await client.send(new GetCallerIdentityCommand({}))).Arn)`
  const { code, stdout, stderr } = await runFile(
    home.home.command[0] ?? '',
    ['--input-type=module', '-e', script],
    home.env,
  )
  if (code !== 0) throw new Error(stderr)
  return stdout.trim()
}
