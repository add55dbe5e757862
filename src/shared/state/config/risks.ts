import { formatBytes } from './amounts.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import type { BoxConfig, SandboxConfig } from './schema.ts'

/** What is configured and weaker than the default: whole sentences for the owner, each naming its key. */
export const risksOf = ({
  scope,
  workspaceAccess,
  docker,
}: Omit<SandboxConfig, 'risks'>): readonly string[] => [
  ...(scope === 'session'
    ? []
    : [
        `Boxes are shared by all sessions of one trust (agent.sandbox.scope is "${scope}"): they see each other’s files.`,
      ]),
  ...(workspaceAccess === 'rw'
    ? ['Boxes can change the agent’s own workspace (agent.sandbox.workspaceAccess is "rw").']
    : []),
  ...(docker.network === 'none'
    ? []
    : [
        `Boxes of the owner’s sessions have the network "${docker.network}" (agent.sandbox.docker.network): what is in them can leave.`,
      ]),
  ...(docker.readOnlyRoot
    ? []
    : ['Boxes can change their own system files (agent.sandbox.docker.readOnlyRoot is false).']),
  ...(docker.seccompProfile === undefined
    ? []
    : [
        'Another seccomp profile than Clawdbot’s own is in use (agent.sandbox.docker.seccompProfile): it may allow more.',
      ]),
  ...(docker.apparmorProfile === undefined
    ? []
    : [
        'Another AppArmor profile than Docker’s own is in use (agent.sandbox.docker.apparmorProfile): it may allow more.',
      ]),
  ...docker.binds.map(
    ({ source, target, readOnly }) =>
      `Every box can ${readOnly ? 'read' : 'read and change'} ${source} of this machine, as ${target} (agent.sandbox.docker.binds).`,
  ),
  ...(docker.extraHosts.length === 0
    ? []
    : ['Boxes know hosts by names that the config gives them (agent.sandbox.docker.extraHosts).']),
  ...higherLimits(docker),
]

const key = (name: string): string => `agent.sandbox.docker.${name}`

const higherLimits = ({ pidsLimit, memory, memorySwap, cpus, ulimits }: BoxConfig): readonly string[] => {
  const risks: string[] = []
  if (pidsLimit > DEFAULT_LIMITS.pidsLimit) {
    risks.push(`A box may have ${String(pidsLimit)} processes (${key('pidsLimit')}; the default is 256).`)
  }
  if (memory > DEFAULT_LIMITS.memory) {
    risks.push(`A box may use ${formatBytes(memory)} of memory (${key('memory')}; the default is 512 MiB).`)
  }
  if (memorySwap > memory) {
    risks.push(
      `A box may use ${formatBytes(memorySwap - memory)} of swap (${key('memorySwap')}; the default is none).`,
    )
  }
  if (cpus > DEFAULT_LIMITS.cpus) {
    risks.push(`A box may use ${String(cpus)} processors (${key('cpus')}; the default is 1).`)
  }
  for (const [name, { hard }] of Object.entries(DEFAULT_LIMITS.ulimits)) {
    const set = ulimits[name]?.hard ?? hard
    if (set > hard) {
      risks.push(
        `The limit ${name} of a box is ${String(set)} (${key(`ulimits.${name}`)}; the default is ${String(hard)}).`,
      )
    }
  }
  return risks
}
