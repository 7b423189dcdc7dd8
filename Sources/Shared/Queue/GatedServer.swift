public import ServiceLifecycle

/// A server that is there from its process's start on, but not where that stops at once: then one sentence says why, and no
/// server has begun that would have to be told to end.
public struct GatedServer: Service {
  /// For so long a Redis that is there is looked at first. Where it is not, a liveness probe must be answered.
  private static let patience = Duration.seconds(1)

  private let server: any Service
  private let gate: StartGate

  public init(_ server: any Service, behind gate: StartGate) {
    self.server = server
    self.gate = gate
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown { await gate.wait(atMost: Self.patience) }
    guard !gate.isRefused, !Task.isCancelled else { return try await gracefulShutdown() }
    try await server.run()
  }
}
