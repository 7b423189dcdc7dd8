import HTTPTypes
import NIOCore
import Shared
import Synchronization

/// What becomes known of a request on its way, for its line in the log and for metrics. One for each request.
final class RequestTrail: Sendable {
  /// What is known by now.
  struct Facts: Sendable {
    /// As the route's description has it; nil where there is none.
    var route: String?
    var isProbe = false
    /// As an OpenTelemetry backend shows it: 32 hexadecimal digits. Nil for a request that is not traced.
    var traceID: String?
    var isTraceRecorded = false
    /// The trace that an exemplar may name: nil where no backend has it.
    var recordedTrace: String? { isTraceRecorded ? traceID : nil }
    var tenant: String?
    /// The key's name, or its id where it has none.
    var key: String?
    var user: String?
    /// What was asked.
    var model: String?
    /// As metrics name it.
    var operation = "chat"
    var job: JobID?
    var cache: CacheStatus?
    var admitted: ContinuousClock.Instant?
    var bytesIn: Int?
    /// Of a stream.
    var bytesOut = 0
    var firstToken: ContinuousClock.Instant?
    var lastToken: ContinuousClock.Instant?
    /// Who has begun to answer.
    var target: Target?
    var ended: ContinuousClock.Instant?
    /// The stored result or failure.
    var body: ByteBuffer?
    /// Whether a stream that had begun ended in an error.
    var isBroken = false
  }

  let start = ContinuousClock.now
  private let guarded = Mutex(Facts())

  var facts: Facts { guarded.withLock(\.self) }

  // MARK: - Before the handler

  func isAt(_ route: RouteDescription, _ parameters: [String: String]) {
    guarded.withLock { facts in
      facts.route = route.path
      facts.isProbe = route.isProbe
      if !parameters.isEmpty, route.path.hasPrefix("/jobs/{id}") {
        facts.job = parameters["id"].flatMap(JobID.init(rawValue:))
      }
    }
  }

  /// What is read or changed is kept by a job.
  func isOf(_ job: JobID) { guarded.withLock { $0.job = job } }

  func isIn(_ trace: RequestTrace?) {
    guard let trace else { return }
    let id = trace.traceID.description
    guarded.withLock { facts in
      facts.traceID = id
      facts.isTraceRecorded = trace.isRecorded
    }
  }

  func isOf(_ principal: Principal?) {
    guard let principal else { return }
    let (tenant, key) = (principal.tenantName, principal.keyName)
    guarded.withLock { facts in
      facts.tenant = tenant
      facts.key = key
    }
  }

  // MARK: - In the handler

  func bodyWasRead(_ bytes: Int) { guarded.withLock { $0.bytesIn = bytes } }

  /// A question has been read. Whoever refuses it comes later.
  func asks(_ request: JobRequest, for user: String?) {
    guarded.withLock { facts in
      facts.model = request.model
      facts.operation = request.operation
      facts.user = user
      facts.job = nil
    }
  }

  /// The question has become a job, or that of before, or is answered.
  func isJob(_ job: JobID, _ cache: CacheStatus?) {
    guarded.withLock { facts in
      facts.job = job
      facts.cache = cache
      facts.admitted = .now
    }
  }

  /// The job has ended, and this is its result or failure.
  func ended(_ body: ByteBuffer) {
    guarded.withLock { facts in
      facts.ended = .now
      facts.body = body
    }
  }

  // MARK: - While a stream is written

  func sent(_ bytes: Int) { guarded.withLock { $0.bytesOut += bytes } }

  /// A piece of the answer has been written. `target` is who answers, with the first.
  func pieceWasSent(of target: Target?) {
    guarded.withLock { facts in
      facts.lastToken = .now
      if facts.firstToken == nil { facts.firstToken = facts.lastToken }
      if let target { facts.target = target }
    }
  }

  func broke() { guarded.withLock { $0.isBroken = true } }
}

extension RouteDescription {
  /// Whether it is asked by machines all the time, and nobody wants to read of that.
  var isProbe: Bool { path.hasPrefix("/health") || path == "/metrics" }
}

extension Principal {
  /// Nil for whoever reaches all tenants.
  fileprivate var tenantName: String? {
    guard case .key(let policy, _) = self, policy.key?.tenant != .all else { return nil }
    return policy.tenant.id.rawValue
  }

  fileprivate var keyName: String {
    if case .key(let policy, _) = self, let name = policy.key?.name { return name }
    return name
  }
}
