import NIOCore
import Shared

/// Why the server refused something (RFC 9457).
struct Refusal: Sendable {
  private static let mostFaults = 20

  let status: Int
  /// Nil where it is none of Sluice's, but of a proxy before it, say.
  private let problem: JSONObject?

  init(status: Int, body: ByteBuffer) {
    self.status = status
    let json = (try? JSONParser.parse(body))?.object
    problem = json?["detail"]?.string == nil && json?["title"]?.string == nil ? nil : json
  }

  var failure: CommandFailure {
    guard let problem, let detail = (problem["detail"] ?? problem["title"])?.string else {
      return status >= 500
        ? .noAnswer("something on the way to Sluice answered \(status)")
        : .refused(status: status, "the server answered \(status) without a reason; is it a Sluice?")
    }
    if status == 412 { return .refused(status: status, Self.changedMeanwhile) }
    let faults = (problem["errors"]?.array ?? []).compactMap(Self.sentence)
    // One alone is what `detail` says.
    let list = faults.count > 1 ? faults.prefix(Self.mostFaults).map { "\n  \($0)" }.joined() : ""
    let hint = status == 401 ? " The key comes from --key-file, SLUICE_ADMIN_KEY or ADMIN_API_KEY." : ""
    return .refused(status: status, detail + hint + list)
  }

  static let changedMeanwhile =
    "somebody has changed it since you read it, so nothing was done; look at it again, and say what you want anew"

  /// `limits[0].model: what is wrong`.
  private static func sentence(_ fault: JSONValue) -> String? {
    guard let message = fault["msg"]?.string else { return nil }
    let place = (fault["loc"]?.array ?? []).dropFirst().reduce(into: "") { path, part in
      if let name = part.string { path += path.isEmpty ? name : ".\(name)" }
      if let index = part.integer { path += "[\(index)]" }
    }
    return place.isEmpty ? message : "\(place): \(message)"
  }
}
