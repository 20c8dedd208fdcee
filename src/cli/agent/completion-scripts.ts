/** What each shell is told. All of them ask `watchword complete`, which answers from the index, without a decryption. */
export const completionScripts = {
  bash: `_watchword() {
  local IFS=$'\\n'
  COMPREPLY=($(watchword complete bash -- "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null))
}
complete -F _watchword watchword
`,
  zsh: `#compdef watchword
_watchword() {
  local -a answers
  answers=("\${(@f)$(watchword complete zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- "\${(@)answers:#}"
}
compdef _watchword watchword
`,
  fish: `complete -c watchword -f -a '(watchword complete fish -- (commandline -opc)[2..] (commandline -ct))'
`,
} as const
