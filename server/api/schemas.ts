export { line, paragraph } from '../common/texts.ts'
