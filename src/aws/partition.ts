import { Failure } from '../errors/failure.ts'

/** The addresses of one AWS partition; credentials never cross from one to another. */
export interface Partition {
  readonly name: string
  readonly domain: string
  readonly defaultRegion: string
  readonly iamHost: string
  readonly iamRegion: string
  readonly signInHost: string
  readonly consoleHost: string
}

const partitions: readonly Partition[] = [
  {
    name: 'aws',
    domain: 'amazonaws.com',
    defaultRegion: 'us-east-1',
    iamHost: 'iam.amazonaws.com',
    iamRegion: 'us-east-1',
    signInHost: 'signin.aws.amazon.com',
    consoleHost: 'console.aws.amazon.com',
  },
  {
    name: 'aws-cn',
    domain: 'amazonaws.com.cn',
    defaultRegion: 'cn-north-1',
    iamHost: 'iam.cn-north-1.amazonaws.com.cn',
    iamRegion: 'cn-north-1',
    signInHost: 'signin.amazonaws.cn',
    consoleHost: 'console.amazonaws.cn',
  },
  {
    name: 'aws-us-gov',
    domain: 'amazonaws.com',
    defaultRegion: 'us-gov-west-1',
    iamHost: 'iam.us-gov.amazonaws.com',
    iamRegion: 'us-gov-west-1',
    signInHost: 'signin.amazonaws-us-gov.com',
    consoleHost: 'console.amazonaws-us-gov.com',
  },
]

/**
 * The partition of a name as it stands in an ARN: `aws`, `aws-cn` or `aws-us-gov`.
 *
 * @throws {@link Failure} `aws_partition_unknown`
 */
export function partitionNamed(name: string): Partition {
  const found = partitions.find((partition) => partition.name === name)
  if (found === undefined) throw new Failure('aws_partition_unknown', { detail: { partition: name } })
  return found
}

/** Where STS answers for a partition: in `region` if it belongs there, else in the partition's first region. */
export function stsUrl(partition: Partition, region?: string): string {
  return `https://sts.${regionWithin(partition, region)}.${partition.domain}/`
}

/** `region` if it belongs to the partition, else the partition's first region. */
export function regionWithin(partition: Partition, region?: string): string {
  return region !== undefined && partitionOfRegion(region) === partition.name ? region : partition.defaultRegion
}

/** {@link regionWithin} for the partition of an ARN; of a partition that we do not know, any region may be one. */
export function regionFor(partitionName: string, region: string): string {
  const found = partitions.find((partition) => partition.name === partitionName)
  return found === undefined ? region : regionWithin(found, region)
}

/** The name of the partition that a region belongs to. */
export function partitionOfRegion(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}
