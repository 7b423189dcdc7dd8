import Hummingbird
import NIOCore

/// The connection of a request, which some behaviours close.
struct SimulatorContext: InitializableFromSource, Sendable {
  let channel: any Channel

  init(source: ApplicationRequestContextSource) { channel = source.channel }
}
