import { Field } from '../../../kit/index.ts'
import type { FormProps } from './formProps.ts'

/** An image for each container; those that stay are not part of the change. */
export function ImageForm({ change, detail, onChange, onEnter }: FormProps<'setImage'>) {
  return (
    <div className="change-form">
      {detail.containers.map((container, index) => {
        const image = change.images.find((each) => each.container === container.name)?.image ?? container.image
        return (
          <Field
            key={container.name}
            label={detail.containers.length === 1 ? 'Image' : `Image of ${container.name}`}
            mono
            autoFocus={index === 0}
            value={image}
            onChange={(typed) => {
              const others = change.images.filter((each) => each.container !== container.name)
              const own = typed.trim() === container.image ? [] : [{ container: container.name, image: typed.trim() }]
              onChange({ do: 'setImage', images: [...others, ...own] })
            }}
            hint={
              image === container.image ? undefined : (
                <>
                  Now <code className="selectable">{container.image}</code>
                </>
              )
            }
            onEnter={onEnter}
          />
        )
      })}
    </div>
  )
}
