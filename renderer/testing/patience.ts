import { configure } from '@testing-library/react'

// What a test waits for comes in milliseconds, or on a busy machine in seconds: the library's one second would fail it there.
configure({ asyncUtilTimeout: 60_000 })
