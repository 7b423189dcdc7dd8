/// Who answered conversations last, as all workers know it. Implemented on Redis; a test may bring its own.
public protocol ThreadSharing: Sendable {
  /// Nil where nobody answered of late. Asking counts as use.
  func target(of thread: String) async throws(RedisError) -> Target?
  func note(_ target: Target, of thread: String) async throws(RedisError)
}
