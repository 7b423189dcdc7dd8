import Logging
import NIOCore

/// The sentinels of one master: asked together, and heard when they name another.
final class SentinelGroup: Sendable {
  /// How long a sentinel may take before the others' answers must do.
  private static let patience = Duration.seconds(1)

  private let name: String
  private let server: String
  private let sentinels: [RedisClient]
  private let subscribers: [RedisSubscriber]
  /// One element for each time that asking again may be worth it.
  let hints: AsyncStream<Void>
  private let hint: AsyncStream<Void>.Continuation

  /// Nil where the configuration names none.
  init?(_ configuration: RedisConfiguration, eventLoopGroup: any EventLoopGroup, logger: Logger) {
    guard let settings = configuration.sentinels else { return nil }
    let (hints, hint) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    name = settings.masterName
    server = configuration.description
    self.hints = hints
    self.hint = hint
    sentinels = configuration.eachSentinel.map {
      RedisClient(configuration: $0, eventLoopGroup: eventLoopGroup, logger: logger, purpose: "sentinel")
    }
    // That a sentinel is away is said once, by whoever asks it.
    let silent = Logger(label: logger.label) { _ in SwiftLogNoOpLogHandler() }
    subscribers = configuration.eachSentinel.map {
      RedisSubscriber(
        configuration: $0, channel: "+switch-master", purpose: "sentinel-switch",
        eventLoopGroup: eventLoopGroup, logger: silent,
        onMessage: { _ in hint.yield() }, onSubscribed: { _ in hint.yield() })
    }
  }

  /// The server that the majority names now.
  func master() async throws(RedisError) -> RedisConfiguration.Address {
    let election = await vote()
    switch election.outcome {
    case .master(let address): return address
    case .unknown: throw .refused(server: server, .unknownMaster(name))
    case .undecided, nil: throw Self.error(of: election, server: server)
    }
  }

  private func vote() async -> SentinelElection {
    await withTaskGroup(of: SentinelElection.Answer.self) { group in
      for sentinel in sentinels { group.addTask { await self.ask(sentinel) } }
      var election = SentinelElection(sentinels: sentinels.count)
      for await answer in group {
        election.count(answer)
        if election.outcome != nil { break }
      }
      // Who is silent is not waited for.
      group.cancelAll()
      return election
    }
  }

  private func ask(_ sentinel: RedisClient) async -> SentinelElection.Answer {
    do throws(RedisError) {
      let reply = try await sentinel.send(
        RedisCommand("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name), deadline: Self.patience)
      guard let parts = reply.array, parts.count == 2, let host = parts[0].string,
        let port = parts[1].string.flatMap({ Int($0) })
      else { return .unknown }
      return .named(.tcp(host: host, port: port))
    } catch {
      return .failed(error)
    }
  }

  /// What only an operator can mend is told as such, when it is what stands in the way.
  private static func error(of election: SentinelElection, server: String) -> RedisError {
    let refusals = election.failures.filter {
      if case .refused(_, let refusal) = $0 { refusal.needsOperator } else { false }
    }
    if refusals.count >= election.majority, let first = refusals.first { return first }
    return .unavailable(server: server, reason: election.disagreement)
  }

  /// Keeps the connections to the sentinels until the task is cancelled, and asks for a look at least once in
  /// `interval`.
  func keepListening(lookingEvery interval: Duration) async {
    await withTaskGroup(of: Void.self) { group in
      for sentinel in sentinels { group.addTask { try? await sentinel.run() } }
      for subscriber in subscribers { group.addTask { try? await subscriber.run() } }
      group.addTask {
        while (try? await Task.sleep(for: interval)) != nil { self.hint.yield() }
      }
    }
  }
}
