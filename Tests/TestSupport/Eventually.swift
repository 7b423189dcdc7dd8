import Testing

/// Returns the first value that `look` gives, looking again and again; for states of other processes that
/// tell nobody when they change. Records an issue and throws when none comes for longer than only a broken system takes.
public func eventually<Value>(
  _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation,
  _ look: () async throws -> Value?
) async throws -> Value {
  let deadline = ContinuousClock.now + Patience.change
  while ContinuousClock.now < deadline {
    if let value = try await look() { return value }
    // Between two looks; there is no event, or the caller would wait for that.
    try await Task.sleep(for: .milliseconds(10))
  }
  Issue.record("it never came true: \(what)", sourceLocation: sourceLocation)
  throw NeverCameTrue()
}

/// ``eventually(_:sourceLocation:_:)`` for a condition.
public func eventually(
  _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
  let _: Void = try await eventually(what, sourceLocation: sourceLocation) {
    try await condition() ? () : nil
  }
}

struct NeverCameTrue: Error {}
