public import ServiceLifecycle

/// A service that works on Redis by itself, and must not before Redis was found fit.
public struct GatedService<Gated: Service>: Service {
  private let service: Gated
  private let gate: StartGate

  public init(_ service: Gated, behind gate: StartGate) {
    self.service = service
    self.gate = gate
  }

  public func run() async throws {
    await cancelWhenGracefulShutdown { await gate.wait() }
    if gate.isOpen { try await service.run() }
  }
}

extension Service {
  /// The same, not before `gate` is open.
  public func behind(_ gate: StartGate) -> GatedService<Self> { GatedService(self, behind: gate) }
}
