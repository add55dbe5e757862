import { secretTag } from '../../shared/log/secret-tag.ts'
import { createRedactor } from '../../shared/redact/redactor.ts'

/** Takes secrets out of text: these exactly, and whatever looks like one. */
export const redactorOf = (secrets: readonly string[]): ((text: string) => string) =>
  createRedactor({ secrets, tag: secretTag })
