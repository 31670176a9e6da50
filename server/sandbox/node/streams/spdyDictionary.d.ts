declare module 'spdy-transport/lib/spdy-transport/protocol/spdy/dictionary.js' {
  const dictionary: Record<string, Buffer>
  export default dictionary
}
