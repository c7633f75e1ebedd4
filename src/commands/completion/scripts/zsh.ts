/** For zsh with compinit; goes into a file _NAME on fpath, or is sourced. */
export const zshScript = (tool: string): string => `#compdef ${tool}
compdef _${tool} ${tool}

# Asks "${tool} __complete WORDS..." for the words that may follow.
_${tool}() {
  local out directive line word
  local -a asked lines found extensions options
  asked=("\${(@Q)words[1,CURRENT]}")
  out=$("\${asked[1]}" __complete "\${(@)asked[2,-1]}" 2>/dev/null) || return 1
  lines=("\${(@f)out}")
  directive=\${lines[-1]#:}
  lines=("\${(@)lines[1,-2]}")
  [[ $directive == <-> ]] || directive=0
  (( directive & 1 )) && return 1

  if (( directive & 8 )); then
    for line in $lines; do extensions+=("*.\${line}"); done
    _files -g "(\${(j:|:)extensions})"
    return
  fi
  if (( directive & 16 )); then
    _files -/
    return
  fi

  for line in $lines; do
    [[ -n $line ]] || continue
    word=\${\${line%%$'\\t'*}//:/\\\\:}
    if [[ $line == *$'\\t'* ]]; then found+=("\${word}:\${line#*$'\\t'}"); else found+=("$word"); fi
  done
  (( directive & 2 )) && options=(-S '')
  # Behind --flag= only the value is completed.
  [[ $words[CURRENT] == -*=* ]] && compset -P '*='
  if (( \${#found} )) && _describe -V '${tool}' found $options; then return 0; fi
  (( directive & 4 )) || _files
}

# Called through fpath, this file is the function.
if [[ $funcstack[1] == _${tool} ]]; then _${tool}; fi
`;
