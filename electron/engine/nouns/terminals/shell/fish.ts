import { promptColour, promptText, type Binding } from './prompt.ts'
import { quote } from './quote.ts'

/** Runs after their configuration and, as the last handler, before every prompt. A prompt that a hook replaced is wrapped again. */
export function fishBinding({ kubeconfig, bin, label, environment }: Binding): string {
  const colour = promptColour(environment).fish
  return `
function __console_bind --on-event fish_prompt
  functions -e kubectl
  abbr -e kubectl 2>/dev/null
  set -gx KUBECONFIG ${quote(kubeconfig)}
  test "$PATH[1]" = ${quote(bin)}; or set -gx PATH ${quote(bin)} $PATH
  function kubectl --description '__console'
    ${quote(`${bin}/kubectl`)} $argv
  end
  if not functions fish_prompt | string match -q '*__console_prompt*'
    functions -e __console_prompt
    functions -q fish_prompt; and functions -c fish_prompt __console_prompt
    functions -q __console_prompt; or function __console_prompt; echo -n '> '; end
    function fish_prompt
      set_color -o ${colour}; echo -n ${quote(promptText(label))}; set_color normal; echo -n ' '
      __console_prompt
    end
  end
end
__console_bind
`
}
