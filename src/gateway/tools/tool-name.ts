import { TOOLS, type ToolName } from '../../shared/domain/hands.ts'

/** For the log and the screen: a model may have called it anything. */
export const toolName = (called: string): ToolName | 'unknown' =>
  TOOLS.find((name) => name === called) ?? 'unknown'
