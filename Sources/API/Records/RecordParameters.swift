import Shared

/// What routes of records have in common.
enum RecordParameters {
  static let limit = ParameterDescription(
    name: "limit", location: .query,
    schema: ["type": "integer", "minimum": 1, "maximum": 1000, "default": 100],
    description: "How many there are on a page at most.")

  static let cursor = ParameterDescription(
    name: "cursor", location: .query, schema: ["type": "string"],
    description: "The `next` of the page before.")

  static let ifMatch = ParameterDescription(
    name: "If-Match", location: .header, schema: ["type": "string"],
    description:
      "The `ETag` of the record as it was read: where another has changed it since, nothing is done (412).")

  static let eTag = ("ETag", "Which version of the record it is.")

  static func id(of what: String) -> ParameterDescription {
    ParameterDescription(
      name: "id", location: .path, schema: ["type": "string"], description: "The id of the \(what).")
  }

  /// What can be wrong with reading.
  static let ofReading: [ProblemKind] = [.unauthorized, .forbidden, .rateLimited, .validation, .unavailable]
  /// What can be wrong with changes.
  static let ofChanges: [ProblemKind] =
    ProblemKind.ofBodies + ofReading + [.notFound, .conflict, .preconditionFailed, .unacknowledged]
  static let ofDeletion: [ProblemKind] =
    ofReading + [.notFound, .conflict, .preconditionFailed, .unacknowledged]
}
