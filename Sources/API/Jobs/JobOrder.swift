import NIOCore
import Shared

/// A job that a client wants, whichever route it came by.
struct JobOrder: Sendable {
  var request: JobRequest
  /// The name that the client asked for, where that was an alias and `request` has what it stands for.
  var alias: String?
  var lane: Lane
  /// Whether the client named the lane; one that it did not name gives way to its key's and its tenant's.
  var isLaneNamed = false
  var cache = CacheMode.use
  var metadata: JSONObject = [:]
  /// How long the job may wait for its start, from the end of its delay.
  var expiresIn: Duration
  var delay = Duration.zero
  var callbackURL: CallbackURL?
  var streaming: StreamMode?
  /// Whether the client can come back for its answer: one that must have it on the connection on which it asks is refused by
  /// a budget that would put its job off.
  var mayBePutOff = true
  /// Whom the client names as its user.
  var user: String?
  /// The conversation that it goes on with, where its route keeps one with a target: ``ThreadDigest``.
  var thread: String?
  /// What is kept of a response that its client may come back for; nil for what is not kept.
  var kept: KeptRequest?
  /// Whether nothing is to stay of it once its client has the answer.
  var leavesNothing = false

  /// As its client sent it, as JSON, where `request` has more: what it goes on from, which may be more the next time, or gone.
  /// By this it is told that it comes again.
  var sent: ByteBuffer?

  /// The lane that it has where it names none.
  mutating func takeLane(of policy: AccessPolicy) {
    if !isLaneNamed, let lane = policy.lane { self.lane = lane }
  }

  /// Puts what an alias stands for in its place, so that queue, cache, usage and workers know one name for one thing.
  mutating func resolveAlias(by catalogs: CatalogSource) {
    guard let meaning = catalogs.meaning(ofAlias: request.model) else { return }
    alias = request.model
    request.model = meaning
  }

  /// What the configuration wants to have recorded of the client's headers: it makes no other request of this one.
  var recordedHeaders: [(name: String, value: String)] = []

  /// The client's metadata as a JSON object.
  var metadataJSON: ByteBuffer { JSONValue.object(metadata).serialized() }

  /// The same with what is recorded of its headers, as it is stored and returned; nil for nothing. The client's own goes first.
  var recordedMetadataJSON: ByteBuffer? {
    if recordedHeaders.isEmpty { return metadata.isEmpty ? nil : metadataJSON }
    var members = metadata
    for (name, value) in recordedHeaders where members[name] == nil { members[name] = .string(value) }
    return JSONValue.object(members).serialized()
  }
}

extension Submission {
  var order: JobOrder {
    JobOrder(
      request: .chat(conversation), lane: lane, isLaneNamed: isLaneNamed, cache: cache, metadata: metadata,
      expiresIn: expiresIn,
      delay: delay,
      callbackURL: callbackURL, streaming: streaming)
  }
}
