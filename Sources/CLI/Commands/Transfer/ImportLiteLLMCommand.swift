import ArgumentParser
import Shared

/// `sluice import litellm`.
struct ImportLiteLLMCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "litellm", abstract: "Move from LiteLLM: its configuration, teams and keys.",
    discussion: """
      sluice import litellm config.yaml keys.json teams.json

      Shows what becomes of each, and lists all that cannot be carried over; nothing is done. The keys are what \
      /key/list?return_full_object=true or /key/info answers, the teams what /team/list or /team/info answers. With \
      --config-to the providers and routes are written, for SLUICE_CONFIG; with --apply tenants and keys are made. LiteLLM's \
      keys do not work here: each gets a successor, which --keys-to writes into a file that only you may read.
      """)

  @OptionGroup var server: ServerOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "The tenant of keys that belong to no team.")
  var tenant = "default"

  @Option(help: ArgumentHelp("A new file for providers and routes.", valueName: "file"))
  var configTo: String?

  @Option(help: ArgumentHelp("A new file for the new keys, as CSV; with --apply.", valueName: "file"))
  var keysTo: String?

  @Flag(help: "Make the tenants and keys.")
  var apply = false

  @Argument(help: "config.yaml, and JSON files with keys and teams.")
  var files: [String]

  func run() async throws {
    let tenant = try RecordNameText.tenant(tenant)
    var texts: [(name: String, text: String)] = []
    for file in files { texts.append((file, try InputFile.text(of: file))) }
    let plan = try LiteLLMPlan(files: texts, tenant: tenant, now: Timestamp.now)
    if let configTo {
      guard let file = plan.file else {
        throw CommandFailure.option("config-to", "none of the files is a configuration")
      }
      try NewFile.write(file.text, to: configTo)
    }
    guard apply else { return try output.show(plan.json) { _ in plan.text } }
    try await make(plan)
  }

  private func make(_ plan: LiteLLMPlan) async throws {
    let server = try server.server()
    guard let keysTo else {
      throw CommandFailure.usage("--apply needs --keys-to, a file for the keys, which are shown this once")
    }
    let file = try PrivateFile(creating: keysTo)
    try file.write(LiteLLMImport.titles)
    let outcome = try await AdminClient.with(server) { client in
      try await LiteLLMImport(client: client).run(plan) { (line) throws(CommandFailure) in
        try file.write(line)
        try file.synchronize()
      }
    }
    try output.show(plan.json) { _ in plan.text + "\n" + outcome.text }
    if !outcome.refusals.isEmpty { throw ExitCode(CommandFailure.Code.refused.rawValue) }
  }
}
