/** The product's mark: a swarm held by a hexagon. */
export function Logo() {
  return (
    <svg className="app-logo" width="20" height="20" viewBox="0 0 20 20" role="img" aria-label="Agency Swarm Console">
      <path
        d="M10 1.6l7.2 4.2v8.4L10 18.4l-7.2-4.2V5.8z"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
      />
      <path d="M10 6.2l3.4 5.6H6.6z" fill="none" stroke="currentColor" strokeWidth="1.3" strokeLinejoin="round" />
      <circle cx="10" cy="6" r="1.5" fill="currentColor" />
      <circle cx="6.5" cy="12" r="1.5" fill="currentColor" />
      <circle cx="13.5" cy="12" r="1.5" fill="currentColor" />
    </svg>
  )
}
