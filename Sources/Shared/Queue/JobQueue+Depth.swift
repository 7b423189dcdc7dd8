/// How much stands in a lane.
public struct LaneDepth: Sendable, Hashable {
  /// Ids in the lists of its tenants. One that was cancelled stays there until its turn.
  public var jobs = 0
  /// For how long the job could have been begun that waits longest; zero where there is none.
  public var oldest = Duration.zero

  public init() {}
}

extension JobQueue {
  /// The lanes of a queue with the one of deliveries.
  public static let laneNames = Lane.allCases.map(\.rawValue) + ["callback"]

  /// A part of a lane: at most `most` of its tenants, from the one of a rank on. Returns what stands there, and the rank to
  /// go on from, nil at the end.
  public func depth(
    of lane: String, from rank: Int, most: Int
  ) async throws(QueueError) -> (depth: LaneDepth, next: Int?) {
    var command = step("depth")
    command.append(lane)
    command.append(rank)
    command.append(most)
    let reply = try await perform(command).array?.compactMap(\.integer) ?? []
    guard reply.count == 3 else { throw .unexpectedReply(step: "depth") }
    var depth = LaneDepth()
    depth.jobs = Int(reply[0])
    depth.oldest = .milliseconds(max(0, reply[1]))
    return (depth, reply[2] < 0 ? nil : Int(reply[2]))
  }
}
