/** A completion script for each shell; what they offer comes from the hidden command `__complete`. */
export const SCRIPTS: Record<"bash" | "zsh" | "fish", string> = {
  bash: `# dind-mcp completion for bash: eval "$(bin/dind-mcp completion bash)"
_dind_mcp() {
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  mapfile -t COMPREPLY < <("\${COMP_WORDS[0]}" __complete -- "\${words[@]}" 2>/dev/null)
}
complete -o default -F _dind_mcp dind-mcp bin/dind-mcp ./bin/dind-mcp
`,
  zsh: `#compdef dind-mcp
# dind-mcp completion for zsh: eval "$(bin/dind-mcp completion zsh)"
_dind_mcp() {
  local -a found
  found=("\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- "\${(@)found:#}"
}
compdef _dind_mcp dind-mcp bin/dind-mcp ./bin/dind-mcp
`,
  fish: `# dind-mcp completion for fish: bin/dind-mcp completion fish | source
function __dind_mcp_complete
    set -l words (commandline -opc) (commandline -ct)
    $words[1] __complete -- $words[2..-1] 2>/dev/null
end
complete -c dind-mcp -f -a '(__dind_mcp_complete)'
`,
};
