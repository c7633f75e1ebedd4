/** For PowerShell 5 and newer. */
export const powershellScript = (tool: string): string => `# PowerShell completion for ${tool}
# Asks "${tool} __complete WORDS..." for the words that may follow.

Register-ArgumentCompleter -Native -CommandName '${tool}' -ScriptBlock {
    param($WordToComplete, $CommandAst, $CursorPosition)

    $line = $CommandAst.ToString()
    if ($line.Length -gt $CursorPosition) { $line = $line.Substring(0, $CursorPosition) }
    $typed = @($CommandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $CursorPosition } | ForEach-Object { $_.ToString().Trim("'", '"') })
    $program = $typed[0]
    $arguments = @($typed | Select-Object -Skip 1)
    # Behind a space a new word begins, which PowerShell hands over as nothing at all.
    if ($WordToComplete -eq '') { $arguments += if ($PSVersionTable.PSVersion -ge [version]'7.3') { '' } else { '""' } }

    $lines = @(& $program __complete @arguments 2>$null)
    if ($lines.Count -eq 0) { return }
    [int]$directive = 0
    if ($lines[-1] -match '^:(\\d+)$') { $directive = [int]$Matches[1] }
    if ($directive -band 1) { return }
    # 8 and 16 ask for files and folders: those PowerShell offers where nothing else is.
    if ($directive -band 24) { return }

    $before = ''
    if ($WordToComplete -match '^(-[^=]*=)') { $before = $Matches[1] }
    $found = @($lines | Select-Object -SkipLast 1 | Where-Object { $_ -ne '' })
    $space = if (($directive -band 2) -or $found.Count -ne 1) { '' } else { ' ' }
    foreach ($each in $found) {
        $word, $text = $each -split "\`t", 2
        if (-not $text) { $text = $word }
        [System.Management.Automation.CompletionResult]::new("$before$word$space", $word, 'ParameterValue', $text)
    }
    # 4: no files; one empty result keeps PowerShell from offering them.
    if ($found.Count -eq 0 -and ($directive -band 4)) { '' }
}
`;
