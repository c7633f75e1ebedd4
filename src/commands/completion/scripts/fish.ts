/** For fish 3.1 and newer. */
export const fishScript = (tool: string): string => `# fish completion for ${tool}
# Asks "${tool} __complete WORDS..." for the words that may follow.

function __${tool}_ask
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    set -l lines ($program __complete $words "$current" 2>/dev/null)
    or return 1
    set -g __${tool}_directive (string replace -r '^:' '' -- $lines[-1])
    set -e lines[-1]
    string match -qr '^[0-9]+$' -- "$__${tool}_directive"
    or set -g __${tool}_directive 0
    set -g __${tool}_words
    # Behind --flag= fish completes the whole word.
    set -l before (string match -r '^-[^=]*=' -- "$current")
    for line in $lines
        test -n "$line"
        and set -a __${tool}_words "$before$line"
    end
end

function __${tool}_bit
    test (math "floor($__${tool}_directive / $argv[1]) % 2") -eq 1
end

function __${tool}_has_words
    __${tool}_ask
    or return 1
    __${tool}_bit 1
    and return 1
    # Files of certain kinds, or folders: fish does those.
    __${tool}_bit 8
    and return 1
    __${tool}_bit 16
    and return 1
    __${tool}_bit 4
    or test (count $__${tool}_words) -gt 0
end

complete -c ${tool} -e
complete -c ${tool} -n '__${tool}_has_words' -f -a '$__${tool}_words'
`;
