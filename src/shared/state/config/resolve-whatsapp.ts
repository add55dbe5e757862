import type { Path } from './locate.ts'
import { ConfigProblem } from './problem.ts'
import type { Config, ConfigFile } from './schema.ts'

/** A group's JID as the messenger has it: of today, and with the number of who made it, of earlier. */
const GROUP = /^[0-9]{5,25}(?:-[0-9]{5,15})?@g\.us$/

/** What WhatsApp has besides the keys of every messenger. */
export const resolveWhatsApp = ({ whatsapp = {} }: ConfigFile): Config['whatsapp'] => ({
  selfChatMode: whatsapp.selfChatMode,
  groups: Object.fromEntries(
    Object.entries(whatsapp.groups ?? {}).map(([id, { requireMention = true }]) => [
      groupOf(id, ['whatsapp', 'groups', id]),
      { requireMention },
    ]),
  ),
})

const groupOf = (id: string, path: Path): string => {
  if (id === '*' || GROUP.test(id)) return id
  throw new ConfigProblem(
    path,
    'is not a WhatsApp group',
    'It has to be its id, such as "120363012345678901@g.us", or "*" for all others.',
  )
}
