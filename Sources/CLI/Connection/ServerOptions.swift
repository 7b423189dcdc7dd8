import ArgumentParser
import Shared

/// Where the server is and who asks it.
struct ServerOptions: ParsableArguments {
  static let usualURL = "http://127.0.0.1:8000"

  @Option(help: ArgumentHelp("The server. [SLUICE_URL] (default: \(usualURL))", valueName: "url"))
  var url: String?

  @Option(
    help: ArgumentHelp("The file that holds the administrator's key. [SLUICE_ADMIN_KEY]", valueName: "file"))
  var keyFile: String?

  @Option(help: ArgumentHelp("Seconds to wait for an answer.", valueName: "seconds"))
  var timeout = 60

  /// Throws ``CommandFailure/usage(_:)`` where the address or the key is missing or wrong.
  func server(_ environment: ProcessEnvironment = .current) throws(CommandFailure) -> Server {
    guard (1...86_400).contains(timeout) else {
      throw .option("timeout", "\(timeout) is none; allowed are 1 to 86400 seconds")
    }
    return Server(
      url: try address(environment), key: try key(environment), timeout: .seconds(timeout))
  }

  private func address(_ environment: ProcessEnvironment) throws(CommandFailure) -> String {
    let told: String?
    do { told = try environment.readIfSet(Self.urlVariable) } catch { throw .usage(error.description) }
    let text = url ?? told ?? Self.usualURL
    guard let base = Server.base(of: text) else {
      throw .usage(
        "--url or SLUICE_URL is no address of a server; write one such as \(Self.usualURL), without a user or a query"
      )
    }
    return base
  }

  private func key(_ environment: ProcessEnvironment) throws(CommandFailure) -> Secret {
    if let keyFile {
      let text = try InputFile.text(of: keyFile).split(whereSeparator: \.isWhitespace)
      guard text.count == 1, text[0].utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
        throw .option("key-file", "\(keyFile) must hold one key and nothing else")
      }
      return Secret(String(text[0]))
    }
    do {
      for variable in [Self.keyVariable, Variables.adminAPIKey] {
        if let key = try environment.readIfSet(variable) { return key }
      }
    } catch { throw .usage(error.description) }
    throw .usage("there is no administrator's key; set SLUICE_ADMIN_KEY, or name a file with --key-file")
  }

  private static let urlVariable = Variable<String>("SLUICE_URL", "the server", allowed: "a URL") { $0 }
  private static let keyVariable = Variable<Secret>(
    "SLUICE_ADMIN_KEY", "the administrator's key", allowed: "visible ASCII characters without spaces",
    isSecret: true
  ) { text in text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? Secret(text) : nil }
}
