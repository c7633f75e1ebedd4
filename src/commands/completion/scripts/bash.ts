/** For bash 3.2 and newer; needs nothing but bash. */
export const bashScript = (tool: string): string => `# bash completion for ${tool}
# Asks "${tool} __complete WORDS..." for the words that may follow.

__${tool}_words() {
  # bash cuts words at : and =; glue together what the user typed as one.
  local rest=\${COMP_LINE} at word
  args=()
  for ((at = 0; at <= COMP_CWORD; at++)); do
    word=\${COMP_WORDS[at]}
    if ((at > 0)) && [[ -n $word && \${rest:0:1} != [[:space:]] && \${#args[@]} -gt 0 ]]; then
      args[\${#args[@]}-1]+=$word
    else
      args+=("$word")
    fi
    rest=\${rest#"\${rest%%[![:space:]]*}"}
    rest=\${rest#"$word"}
  done
  # Quotes are the shell's, not the program's.
  for at in "\${!args[@]}"; do
    word=\${args[at]}
    case $word in
      \\'*\\' | \\"*\\") word=\${word:1:\${#word}-2} ;;
      \\'* | \\"*) word=\${word:1} ;;
    esac
    args[at]=$word
  done
}

__${tool}_option() { type compopt >/dev/null 2>&1 && compopt "$@"; }

__start_${tool}() {
  local args current out directive line words=() texts=() longest=0
  COMPREPLY=()
  __${tool}_words
  current=\${args[\${#args[@]}-1]}
  out=$("\${args[0]}" __complete "\${args[@]:1}" 2>/dev/null) || return
  directive=\${out##*:}
  out=\${out%:*}
  [[ $directive =~ ^[0-9]+$ ]] || directive=0
  ((directive & 1)) && return
  while IFS= read -r line; do
    [[ -n $line ]] || continue
    texts+=("$line")
    line=\${line%%$'\\t'*}
    words+=("$line")
    ((\${#line} > longest)) && longest=\${#line}
  done <<<"$out"

  if ((directive & 8)); then
    local pattern
    pattern=$(IFS='|'; echo "\${words[*]}")
    __${tool}_option -o filenames
    while IFS= read -r line; do
      [[ -d $line || $line =~ \\.($pattern)$ ]] && COMPREPLY+=("$line")
    done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
    return
  fi
  if ((directive & 16)); then
    __${tool}_option -o filenames
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "\${COMP_WORDS[COMP_CWORD]}")
    return
  fi

  ((directive & 2)) && __${tool}_option -o nospace
  ((directive & 4)) && __${tool}_option +o default
  # What stands before the last : is on the line already.
  local before=
  if [[ $COMP_WORDBREAKS == *:* && $current == *:* ]]; then before=\${current%"\${current##*:}"}; fi
  local at
  for at in "\${!words[@]}"; do
    [[ \${words[at]} == "$current"* || $current == *=* ]] || continue
    line=\${words[at]#"$before"}
    # A list for people (two tabs) also says what each word is.
    if [[ $COMP_TYPE == 63 && \${#words[@]} -gt 1 && \${texts[at]} == *$'\\t'* ]]; then
      printf -v line "%-\${longest}s  (%s)" "$line" "\${texts[at]#*$'\\t'}"
      line=\${line:0:\${COLUMNS:-80}-2}
    fi
    COMPREPLY+=("$line")
  done
}

complete -o default -F __start_${tool} ${tool}
`;
