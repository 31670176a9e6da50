/**
 * The scripts that run beside the server. Each ends its output with a trailer, because the end of a stream is no proof that all of it
 * came: a long exec stream may lose its tail and still close in good order.
 *
 * A script leaves no orphan: whatever it starts it waits for. In the container PostgreSQL is process 1 and inherits orphans; one that
 * ends by a signal or with a code above 1 counts for it as a crashed session of its own, and it restarts with all its sessions.
 *
 * Stdin is the lifeline. When the console dies or gives up, the exec connection closes, stdin ends, and the tool ends with it: no
 * pg_dump continues without a reader, holding its locks. No file is written in the pod: pipes only, through /dev/fd.
 *
 * The database's name goes by PGDATABASE: as an argument, one with = in it is read as a connection string. pg_restore wants an argument
 * to restore into a database at all, so it gets a connection string that names none.
 */

/** macOS has the same under another name. */
const hash = 'hash() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; }'

/** Marks the trailer; followed by the run's own random text, so that no data can look like it. */
export const trailerMark = 'agency-swarm-trailer'

/**
 * $1 database, $2 snapshot, $3 application name, $4 mark. Output: the archive, then the trailer. Compression 1: on 945 MB it took half
 * the time of the default and 7 % more space.
 */
export const dumpScript = `
${hash}
exec 3>&1 9<&0
trailer=$(
  exec 4>&1
  {
    PGAPPNAME="$3" PGDATABASE="$1" pg_dump --format=custom --compress=1 --no-password --snapshot="$2" </dev/null &
    tool=$!
    { while read -r line; do :; done; kill "$tool"; } <&9 >/dev/null 2>&1 3>&- 4>&- 5>&- 9>&- &
    lifeline=$!
    wait "$tool"; printf 'exit=%s ' "$?" >&4
    kill "$lifeline" 2>/dev/null
    wait "$lifeline" 2>/dev/null
  } | {
    { tee /dev/fd/5 | { tee /dev/fd/6 | hash | { read -r sum rest; printf 'sha256=%s ' "$sum" >&4; }; } 6>&1 |
      { count=$(wc -c); printf 'bytes=%s ' $count >&4; }; } 5>&1
  } | cat >&3
  exit 0
)
printf '\\n%s %s\\n' "$4" "$trailer" >&3
`

/**
 * $1 database, $2 length of the archive in bytes, $3 application name, $4 mark. Stdin: the archive. Its length is passed first,
 * because the older exec protocol cannot close stdin. One transaction: a half restored database never looks like a whole one.
 */
export const restoreScript = `
${hash}
exec 9<&0
trailer=$(
  exec 4>&1
  head -c "$2" <&9 | {
    { tee /dev/fd/5 | hash | { read -r sum rest; printf 'sha256=%s ' "$sum" >&4; }; } 5>&1
  } | {
    PGAPPNAME="$3" PGDATABASE="$1" pg_restore --single-transaction --exit-on-error --no-password --dbname=connect_timeout=30 >/dev/null
    printf 'exit=%s ' "$?" >&4
    cat >/dev/null
  }
  exit 0
)
printf '\\n%s %sbytes=%s\\n' "$4" "$trailer" "$2"
`

/** $1 the server's data folder, where the container does not name it. Output: the free bytes of its file system, or nothing. */
export const freeSpaceScript = `df -Pk "\${PGDATA:-$1}" | { read -r header; read -r device size used free rest && printf '%s000\\n' "$free"; }
`

export const toolVersionScript = `pg_dump --version
`
