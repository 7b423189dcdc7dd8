import ArgumentParser

/// `queue-drain`: Sluice's queue with nothing behind it, for Benchmarks/queues. `REDIS_URL` names a Redis that holds
/// nothing else.
@main
struct Main: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "queue-drain", abstract: "Sluice's queue with nothing behind it.",
    subcommands: [Enqueue.self, Work.self])
}
