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
    let metrics = try metrics.map { try address($0, "metrics", within: server.timeout) }
    let workers = try worker.map {
      try address($0, "worker", within: min(server.timeout, TopSource.workerPatience))
    }
    let isOnce = once || !Terminal.standard.isOne
    try await AdminClient.with(server) { api in
      let source = TopSource(
        api: api, metrics: metrics.map(api.asking),
        workers: workers.map { (name: Self.name(of: $0), client: api.asking($0)) })
      let watch = TopWatch(url: server.url, source: source)
      guard isOnce else { return try await show(watch, of: server) }
      _ = try await watch.look()
      try await Task.sleep(for: .seconds(interval))
      try Self.write(try await watch.look())
    }
  }

  /// An address that is asked without a key: nobody's but the server's own is told it.
  private func address(
    _ text: String, _ option: String, within timeout: Duration
  ) throws(CommandFailure) -> Server {
    guard let base = Server.base(of: text) else {
      throw .option(option, "\"\(text)\" is no address; write one such as http://127.0.0.1:8001")
    }
    return Server(url: base, key: nil, timeout: timeout)
  }

  private static func name(of server: Server) -> String {
    server.url.firstRange(of: "://").map { String(server.url[$0.upperBound...]) } ?? server.url
  }

  private static func write(_ view: TopView) throws(CommandFailure) {
    try Output.write(view.lines.map { TerminalText.cell($0.text) + "\n" }.joined())
  }

  /// The view on a screen of its own, until somebody leaves or a signal ends it. Keys are obeyed before anything has been seen,
  /// and what is wrong from the start ends it and is said as every command says it.
  private func show(_ watch: TopWatch, of server: Server) async throws {
    let terminal = Terminal.standard
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup, .sigwinch)
    try await terminal.entered {
      terminal.draw([
        TopLine(text: "Sluice at \(server.url)", style: .title), TopLine(text: "is being asked…"),
      ])
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
            terminal.draw(try await watch.look().lines)
            try await Task.sleep(for: .seconds(interval))
          }
        }
        defer { group.cancelAll() }
        try await group.next()
      }
    }
  }
}
