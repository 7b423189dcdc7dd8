import HTTPTypes
import Shared

/// What the documentation says of one route.
struct RouteDescription: Sendable {
  var method: HTTPRequest.Method
  /// With parameters in braces, as in OpenAPI: `/jobs/{id}`.
  var path: String
  /// A phrase without a full stop.
  var summary: String
  /// Sentences; may hold Markdown's backquotes.
  var description: String
  /// The heading under which it is listed.
  var group: String
  var parameters: [ParameterDescription] = []
  var requestBody: RequestBodyDescription?
  /// What it answers when all is well.
  var responses: [ResponseDescription]
  /// What it answers when not.
  var problems: [ProblemKind] = []
  var access: Access
  /// Whether the last parameter of the path takes all that is left of it, slashes included.
  var takesRest = false

  /// Which keys open the route.
  enum Access: Sendable, Hashable {
    /// No key is looked at.
    case open
    /// Any caller; a key that comes along decides what is shown.
    case optionalKey
    /// A key with the scope `ask`, whose request is judged once more by the step that takes it in.
    case asking
    /// A key with one of these scopes.
    case scopes([Scope])

    /// What reads and cancels jobs: those of the tenant, or those that the key itself made.
    static let jobs = Access.scopes([.ask, .read])
    static let adminRead = Access.scopes([.adminRead])
    static let adminOperate = Access.scopes([.adminOperate])
    static let adminKeys = Access.scopes([.adminKeys])
    static let adminAll = Access.scopes([.adminAll])

    /// One of these a key must have; nil where none is needed.
    var scopes: [Scope]? {
      switch self {
      case .open, .optionalKey: nil
      case .asking: [.ask]
      case .scopes(let scopes): scopes
      }
    }

    /// What looking at a key may answer. Where none is needed, one that cannot be looked up counts as none.
    var problems: [ProblemKind] {
      switch self {
      case .open: []
      case .optionalKey: [.unauthorized, .rateLimited]
      case .asking, .scopes: [.unauthorized, .forbidden, .rateLimited, .unavailable]
      }
    }
  }
}

/// A parameter in a route's path, its query or its headers.
struct ParameterDescription: Sendable {
  enum Location: String, Sendable {
    case path
    case query
    case header
  }

  var name: String
  var location: Location
  var schema: JSONValue
  var description: String
  var example: JSONValue?
}

/// The JSON body that a route takes.
struct RequestBodyDescription: Sendable {
  /// The schema's name among the components of the document, such as `QueryRequest`.
  var name: String
  var schema: JSONValue
  var example: JSONValue
}

/// One answer of a route.
struct ResponseDescription: Sendable {
  var status: HTTPResponse.Status
  var description: String
  var contentType = "application/json"
  /// Nil when the answer is no JSON, or has no body.
  var schema: JSONValue?
  var example: JSONValue?
  /// Headers that only this answer carries, with a sentence each.
  var headers: [(name: String, description: String)] = []
}
