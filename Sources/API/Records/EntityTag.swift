import HTTPTypes
import Shared

/// Which version of a record a client means: records have their epochs as ETags.
enum EntityTag {
  static func text(_ epoch: Int) -> String { "\"\(epoch)\"" }

  /// Throws ``Problem/preconditionFailed`` where `If-Match` is there and names no version that this is
  /// (RFC 9110 section 13.1.1; weak ones never match).
  static func check(_ headers: HTTPFields, epoch: Int) throws(Problem) {
    guard let wanted = headers.value(of: .ifMatch) else { return }
    let tags = wanted.split(separator: ",").map {
      $0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
    }
    let own = text(epoch)
    guard tags.contains(where: { $0.elementsEqual("*") || $0.elementsEqual(own) }) else {
      throw .preconditionFailed
    }
  }
}
