import type { ReactNode } from 'react'
import { useSlice } from '../../store/app-store.ts'
import { Section } from '../../ui/screen-frame.tsx'
import { Tag } from '../../ui/tag.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { sentence } from '../../ui/text/words.ts'

/** What a message of each trust can touch, by the rules as they are now. */
export const RadiusTable = (): ReactNode => {
  const { radius, readOnly } = useSlice('hands')
  if (radius.length === 0) return null
  return (
    <Section
      title="Who gets which tools"
      aside={readOnly.on ? <span className="text-s text-warn">As read-only mode leaves them</span> : null}
    >
      <div className="overflow-x-auto rounded-m border border-line">
        <table className="w-full text-left">
          <thead className="border-b border-line text-xs text-faint">
            <tr>
              <Column>A message of</Column>
              <Column>Tools</Column>
              <Column>Where they act</Column>
              <Column>Can write to</Column>
            </tr>
          </thead>
          <tbody>
            {radius.map(({ trust, tools, place, send }) => (
              <tr key={trust} className="border-b border-line align-baseline last:border-0">
                <th scope="row" className="px-4 py-2 font-medium">
                  {sentence(trust)}
                </th>
                <td className="px-4 py-2">
                  {tools.length === 0 ? (
                    <span className="text-soft">none: an answer in text</span>
                  ) : (
                    <span className="flex flex-wrap gap-1">
                      {tools.map((tool) => (
                        <Tag key={tool}>{tool}</Tag>
                      ))}
                    </span>
                  )}
                </td>
                <td className="px-4 py-2">
                  <RemoteText text={place} />
                </td>
                <td className="px-4 py-2">
                  <RemoteText text={send} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}

const Column = ({ children }: { readonly children: string }): ReactNode => (
  <th scope="col" className="px-4 py-1.5 font-normal">
    {children}
  </th>
)
