import ArgumentParser
import Shared
import UnixSignals

/// `sluice top`.
struct TopCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top", abstract: "Watch lanes, providers, workers and spend.",
    discussion: """
      The key needs the scope admin:read. Figures a second are those between two looks. q or Ctrl-C leaves. Where the output \
      is no terminal, or with --once, the view is written once, after two looks.

      sluice top --worker http://10.0.0.5:8001 --worker http://10.0.0.6:8001
      """)

  @OptionGroup var server: ServerOptions

  @Option(help: ArgumentHelp("Seconds between two looks.", valueName: "seconds"))
  var interval = 2

  @Option(
    help: ArgumentHelp(
      "A worker's own address (its WORKER_PORT), to see what it does; may be given often.", valueName: "url"))
  var worker: [String] = []

  @Option(help: ArgumentHelp("Where the API tells its metrics, if METRICS_PORT is set.", valueName: "url"))
  var metrics: String?

  @Flag(help: "Write the view once, without taking the screen.")
  var once = false

  func run() async throws {
    guard (1...3600).contains(interval) else {
      throw CommandFailure.option("interval", "\(interval) is none; allowed are 1 to 3600 seconds")
    }
    let server = try server.server()
    let metrics = try metrics.map { try address($0, "metrics", server) }
    let workers = try worker.map { try address($0, "worker", server) }
    let isOnce = once || !Terminal.standard.isOne
    try await AdminClient.with(server) { api in
      let source = TopSource(
        api: api, metrics: metrics.map(api.asking),
        workers: workers.map { (name: Self.name(of: $0), client: api.asking($0)) })
      let watch = TopWatch(url: server.url, source: source)
      // Before the screen is taken: what is wrong from the start is said as every command says it.
      let first = try await watch.look()
      if isOnce {
        try await Task.sleep(for: .seconds(interval))
        try Self.write(try await watch.look())
      } else {
        try await show(first, of: watch)
      }
    }
  }

  /// An address that is asked without a key: nobody's but the server's own is told it.
  private func address(_ text: String, _ option: String, _ server: Server) throws(CommandFailure) -> Server {
    guard let base = Server.base(of: text) else {
      throw .option(option, "\"\(text)\" is no address; write one such as http://127.0.0.1:8001")
    }
    return Server(url: base, key: nil, timeout: server.timeout)
  }

  private static func name(of server: Server) -> String {
    server.url.firstRange(of: "://").map { String(server.url[$0.upperBound...]) } ?? server.url
  }

  private static func write(_ view: TopView) throws(CommandFailure) {
    try Output.write(view.lines.map { TerminalText.cell($0.text) + "\n" }.joined())
  }

  /// The view on a screen of its own, until somebody leaves or a signal ends it.
  private func show(_ first: TopView, of watch: TopWatch) async throws {
    let terminal = Terminal.standard
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup, .sigwinch)
    try await terminal.entered {
      terminal.draw(first.lines)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await TerminalKeys.waitForLeaving(at: terminal.input) }
        group.addTask {
          for await signal in signals {
            guard signal == .sigwinch else { return }
            if let seen = await watch.seen { terminal.draw(seen.lines) }
          }
        }
        group.addTask {
          while true {
            try await Task.sleep(for: .seconds(interval))
            terminal.draw(try await watch.look().lines)
          }
        }
        defer { group.cancelAll() }
        try await group.next()
      }
    }
  }
}
