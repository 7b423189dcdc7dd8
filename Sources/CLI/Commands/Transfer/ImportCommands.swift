import ArgumentParser

/// `sluice import`.
struct ImportCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Bring tenants and keys from an export, or from LiteLLM.",
    subcommands: [ImportArchiveCommand.self, ImportLiteLLMCommand.self],
    defaultSubcommand: ImportArchiveCommand.self)
}
