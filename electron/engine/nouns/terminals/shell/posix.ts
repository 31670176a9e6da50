import { promptColour, promptText, type Binding } from './prompt.ts'
import { quote } from './quote.ts'

/**
 * What holds before every prompt. Theirs of the same name are removed: then PATH decides, and the wrapper is first in it. A variable that
 * they made readonly keeps its value; the wrapper sets its own.
 */
function bind({ kubeconfig, bin }: Binding): string {
  // Quoted: a global alias of zsh would be read into these very lines.
  return `  unalias 'kubectl'
  unset -f 'kubectl'
  export KUBECONFIG=${quote(kubeconfig)}
  case "$PATH" in ${quote(bin)}:*) ;; *) export PATH=${quote(bin)}:"$PATH" ;; esac
  hash -r`
}

/** @param last shell lines that keep the function the last one before a prompt */
function function_(binding: Binding, label: string, last: string): string {
  return `__console_bind() {
  {
${bind(binding)}
  } 2>/dev/null
  case "$PS1" in ${quote(label)}*) ;; *) PS1=${quote(label)}"$PS1" ;; esac
${last}}
`
}

/**
 * PROMPT_COMMAND may be a list since bash 5.1. Theirs come first, so that ours has the last word; a hook that adds itself later is
 * overtaken again at the next prompt.
 */
export function bashStart(binding: Binding): string {
  const label = `\\[\\e[1;${promptColour(binding.environment).ansi}m\\]${promptText(binding.label)}\\[\\e[0m\\] `
  const last = `  case "$(declare -p PROMPT_COMMAND 2>/dev/null)" in
    "declare -a"*)
      local each others=()
      for each in "\${PROMPT_COMMAND[@]}"; do [ "$each" = __console_bind ] || others+=("$each"); done
      PROMPT_COMMAND=("\${others[@]}" __console_bind) ;;
    *)
      PROMPT_COMMAND="\${PROMPT_COMMAND//$'\\n'__console_bind/}"
      PROMPT_COMMAND="\${PROMPT_COMMAND:-:}"$'\\n'__console_bind ;;
  esac
`
  return `[ -f ~/.bashrc ] && . ~/.bashrc\n${function_(binding, label, last)}__console_bind\n`
}

/** \`.zshenv\` of theirs may move ZDOTDIR: their other files are read from there. */
export function zshStart(binding: Binding, home: string): { zshenv: string; zshrc: string } {
  const label = `%B%F{${promptColour(binding.environment).zsh}}${promptText(binding.label)}%f%b `
  const last = '  precmd_functions=(${precmd_functions:#__console_bind} __console_bind)\n'
  const own = '"$__console_own"'
  return {
    zshenv: `__console_own="$ZDOTDIR"
ZDOTDIR=${quote(home)}
[ -f "$ZDOTDIR/.zshenv" ] && . "$ZDOTDIR/.zshenv"
__console_theirs="\${ZDOTDIR:-$HOME}"
ZDOTDIR=${own}
`,
    zshrc: `ZDOTDIR="$__console_theirs"
[ -f "$ZDOTDIR/.zshrc" ] && . "$ZDOTDIR/.zshrc"
typeset -ga precmd_functions
${function_(binding, label, last)}__console_bind
`,
  }
}

/** These shells know no hook before a prompt: it is bound once, after their own start-up file. */
export function plainStart(binding: Binding): string {
  return `${function_(binding, `${promptText(binding.label)} `, '')}__console_bind\n`
}
