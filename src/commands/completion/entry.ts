import type { CommandEntry } from '../command.ts';

/** `kctl completion SHELL` */
export const completionEntry: CommandEntry = {
  name: 'completion',
  group: 'Settings Commands',
  summary: 'Output shell completion code for the specified shell (bash, zsh, fish, or powershell)',
  usage: 'SHELL',
  examples: [
    { about: 'In this bash', line: 'source <($tool completion bash)' },
    { about: 'In every bash from now on', line: "echo 'source <($tool completion bash)' >> ~/.bashrc" },
    { about: 'In every zsh, from a folder of fpath', line: '$tool completion zsh > ~/.zsh/completions/_$tool' },
    { about: 'In every fish', line: '$tool completion fish > ~/.config/fish/completions/$tool.fish' },
    { about: 'In this PowerShell', line: '$tool completion powershell | Out-String | Invoke-Expression' },
  ],
  complete: { from: 'words', words: ['bash', 'fish', 'powershell', 'zsh'] },
  load: async () => (await import('./completion.ts')).completionCommand,
};
