import NIOCore
import NIOPosix

/// Takes connections and never says anything.
public enum SilentServer {
  /// Runs `body` with the port at which it listens.
  public static func with<Value>(_ body: (Int) async throws -> Value) async throws -> Value {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(host: "127.0.0.1", port: 0).get()
    let result: Result<Value, any Error>
    do { result = .success(try await body(channel.localAddress?.port ?? 0)) } catch {
      result = .failure(error)
    }
    try? await channel.close().get()
    return try result.get()
  }
}
