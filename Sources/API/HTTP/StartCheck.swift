import ServiceLifecycle
import Shared

/// Looks at Redis while the process listens already, so that an orchestrator sees a process that lives and is not
/// ready. Stops the process for what only an operator can mend.
struct StartCheck: Service {
  let check: DurabilityCheck
  let gate: StartGate

  func run() async throws {
    do { try await check.run() } catch {
      gate.refuse()
      throw error
    }
    gate.open()
    try? await gracefulShutdown()
  }
}
