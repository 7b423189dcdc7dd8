import HTTPTypes
import Hummingbird
import NIOCore
import Shared

/// Reads a JSON body within its bounds.
struct BodyReader: Sendable {
  let maxBytes: Int

  /// Throws ``Problem`` for a body that is no JSON, too large, too slow, or one too many.
  func json(of call: Call) async throws(Problem) -> JSONValue {
    guard Self.isJSON(call.request.headers.value(of: .contentType)) else { throw .unsupportedMediaType }
    let body = try await bytes(of: call)
    if call.hold.isLarge { await call.hold.beginWork() }
    do { return try JSONParser.parse(body) } catch { throw .invalidJSON(error) }
  }

  /// Reads a JSON body as a model. Throws ``Problem`` for what ``json(of:)`` refuses, and for all that is wrong with
  /// its members.
  func read<Model>(_ call: Call, as schema: BodySchema<Model>) async throws(Problem) -> Model {
    switch schema.decode(try await json(of: call)) {
    case .success(let model): return model
    case .failure(let errors): throw .validation(errors)
    }
  }

  /// Where the parts of a body come from, so that the runtime does not look for its executor at each of them.
  @concurrent
  private func bytes(of call: Call) async throws(Problem) -> ByteBuffer {
    if let text = call.request.headers.value(of: .contentLength), let length = Int(text) {
      guard length <= maxBytes else { throw .bodyTooLarge(limit: maxBytes) }
      try call.hold.expect(length)
    }
    // Nothing in the head speaks against the request, so a client that waits shall go on.
    if call.request.headers.expectsContinue {
      call.channel.triggerUserOutboundEvent(ConnectionGuard.BodyIsWanted(), promise: nil)
    }
    var body = ByteBuffer()
    do {
      for try await part in call.request.body {
        let size = body.readableBytes + part.readableBytes
        guard size <= maxBytes else { throw Problem.bodyTooLarge(limit: maxBytes) }
        try call.hold.grow(to: size)
        if body.readableBytes == 0 { body = part } else { body.writeImmutableBuffer(part) }
      }
    } catch let problem as Problem {
      throw problem
    } catch is ConnectionGuard.SlowBody {
      throw .requestTimeout
    } catch {
      throw .badRequest(.malformed)
    }
    call.trail.bodyWasRead(body.readableBytes)
    return body
  }

  /// `application/json` or a `+json` type, with or without parameters. None at all is refused: it is how a
  /// web page's form would come.
  static func isJSON(_ contentType: String?) -> Bool {
    guard let contentType else { return false }
    // As nearly all send it.
    if contentType == "application/json" { return true }
    let type = contentType.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
    return type == "application/json" || (type.hasPrefix("application/") && type.hasSuffix("+json"))
  }
}
