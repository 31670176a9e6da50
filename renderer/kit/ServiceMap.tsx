import { boxHeight, heightFor, layoutServices, roundedPath } from './serviceLayout.ts'
import { StatusGlyph, type StatusKind } from './Status.tsx'
import { useSize } from './useSize.ts'
import './ServiceMap.css'

/** Width of a box in which `postgresql` and its port stand side by side, pixels. */
const roomForPort = 145

export interface ServiceBox {
  id: string
  title: string
  /** Right of the title: its ports. */
  port: string
  status: StatusKind
  /** One small square each. */
  pods: readonly { name: string; status: StatusKind }[]
  /** Below the squares; in the status colour where it is a problem. */
  note: string
  calls: readonly string[]
}

export interface ServiceMapProps {
  services: readonly ServiceBox[]
  onOpen?: (id: string) => void
}

/** Which service calls which, with the state of their pods. It is a list too: every box can be reached and read. */
export function ServiceMap({ services, onOpen }: ServiceMapProps) {
  const smallest = heightFor(services)
  const [box, size] = useSize<HTMLDivElement>(780, smallest)
  const height = Math.max(smallest, size.height)
  const { boxes, edges, boxWidth } = layoutServices(services, size.width, height)
  const byId = new Map(services.map((service) => [service.id, service]))
  return (
    <div ref={box} className="k-map" style={{ minHeight: smallest }}>
      <svg width={size.width} height={height} aria-hidden>
        <defs>
          <marker id="k-map-arrow" viewBox="0 0 6 6" refX="5.5" refY="3" markerWidth="6" markerHeight="6" orient="auto">
            <path d="M0 0L6 3L0 6z" />
          </marker>
        </defs>
        {edges.map((edge) => (
          <path
            key={`${edge.from} ${edge.to}`}
            className={byId.get(edge.to)?.status === 'failed' ? 'k-map-edge k-map-edge-failed' : 'k-map-edge'}
            d={roundedPath(edge.points)}
            markerEnd="url(#k-map-arrow)"
          />
        ))}
      </svg>
      <ul>
        {boxes.map(({ id, x, y }) => {
          const service = byId.get(id)
          return service ? (
            <li key={id} style={{ left: x, top: y, width: boxWidth, height: boxHeight }}>
              <ServiceButton service={service} names={byId} isTight={boxWidth < roomForPort} onOpen={onOpen} />
            </li>
          ) : null
        })}
      </ul>
    </div>
  )
}

interface ServiceButtonProps {
  service: ServiceBox
  names: ReadonlyMap<string, ServiceBox>
  /** The title has the first line for itself; the port stands below. */
  isTight: boolean
  onOpen: ((id: string) => void) | undefined
}

function ServiceButton({ service, names, isTight, onOpen }: ServiceButtonProps) {
  const port = <code className="k-map-side">{service.port}</code>
  const ready = service.pods.filter((pod) => pod.status === 'healthy').length
  const calls = service.calls.map((call) => names.get(call)?.title ?? call)
  return (
    <button
      type="button"
      className={`k-map-box k-map-${service.status}`}
      title={[service.title, service.note].filter((part) => part !== '').join(': ')}
      onClick={() => onOpen?.(service.id)}
    >
      <span className="k-map-line">
        <StatusGlyph status={service.status} size={14} />
        <b className="truncate">
          {service.title}
          <span className="visually-hidden">, {service.status}</span>
        </b>
        {isTight ? null : port}
      </span>
      <span className="k-map-line">
        <PodSquares pods={service.pods} />
        <span className="k-map-side">
          {ready}/{service.pods.length}
          <span className="visually-hidden"> pods ready</span>
        </span>
      </span>
      <span className="k-map-line">
        <span className="k-map-note truncate">{service.note}</span>
        {isTight ? port : null}
      </span>
      {calls.length > 0 ? <span className="visually-hidden">calls {calls.join(', ')}</span> : null}
    </button>
  )
}

/** One small square a pod: filled when ready, hollow while starting, crossed when failing. */
function PodSquares({ pods }: { pods: readonly { name: string; status: StatusKind }[] }) {
  return (
    <span className="k-squares" aria-hidden>
      {pods.slice(0, 10).map((pod) => (
        <i key={pod.name} className={`k-square k-square-${pod.status}`} title={pod.name} />
      ))}
      {pods.length > 10 ? <span className="note">+{pods.length - 10}</span> : null}
    </span>
  )
}
