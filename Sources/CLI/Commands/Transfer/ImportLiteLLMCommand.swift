import ArgumentParser
struct ImportLiteLLMCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "litellm", abstract: "…")
  func run() async throws {}
}
