import AsyncHTTPClient
import NIOCore
public import Testing

/// How long tests wait for what must come. These times end a test that has failed already, so they are far longer than a
/// busy machine needs; what a test waits for in vain, as a part of what it says, has a time of its own there.
public enum Patience {
  /// For a state that tells nobody when it changes.
  static let change = Duration.seconds(120)
  /// For an answer. Sluice itself lets a client wait for 300 seconds at most.
  public static let answer = Duration.seconds(330)
  /// For one command of a test's own client of Redis.
  public static let command = Duration.seconds(60)
  /// For the queue to drain after faults: leases, retries and grace take up to a minute of it.
  static let drain = Duration.seconds(600)
}

extension Trait where Self == TimeLimitTrait {
  /// Ends a test that would hang.
  public static var bounded: Self { .timeLimit(.minutes(10)) }
}

extension HTTPClient {
  /// What tests ask servers with: it waits for as long as the request says, and gives up an idle connection before a
  /// server does, which would meet the next request half-way.
  static let patient: HTTPClient = {
    var configuration = HTTPClient.Configuration.singletonConfiguration
    configuration.timeout.read = TimeAmount(Patience.answer)
    configuration.connectionPool.idleTimeout = .seconds(30)
    return HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
  }()
}
