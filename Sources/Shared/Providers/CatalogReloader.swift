public import Logging
public import ServiceLifecycle
import UnixSignals

/// Reads providers and routes again on SIGHUP, and when the file of `SLUICE_CONFIG` or the file of a key has
/// changed. What is wrong is logged and changes nothing.
public struct CatalogReloader: Service {
  private let source: CatalogSource
  private let hangups: UnixSignalsSequence
  private let interval: Duration
  private let logger: Logger

  /// Traps SIGHUP, which from now on does not end the process any more.
  ///
  /// - Parameter interval: how often it looks at the files. A change is taken over once a file has stayed the
  ///   same from one look to the next.
  public init(_ source: CatalogSource, interval: Duration = .seconds(1), logger: Logger) async {
    self.source = source
    self.interval = interval
    self.logger = logger
    hangups = await UnixSignalsSequence(trapping: .sighup)
  }

  public func run() async throws {
    let (causes, news) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { for await _ in hangups { news.yield() } }
        group.addTask {
          while !Task.isCancelled {
            try? await Task.sleep(for: interval)
            if source.hasSettledChange() { news.yield() }
          }
        }
        for await _ in causes { reload() }
        group.cancelAll()
      }
    }
  }

  private func reload() {
    do {
      let change = try source.reload()
      logger.info("the configuration was read again: \(change)")
    } catch {
      logger.error("the configuration stays as it was, because the new one is wrong: \(error)")
    }
  }
}
