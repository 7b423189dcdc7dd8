import HTTPTypes

/// A route: what the documentation says of it, and what it does.
struct Route: Sendable {
  typealias Handler = @Sendable (Call) async throws(Problem) -> Reply

  let description: RouteDescription
  let handler: Handler

  init(_ description: RouteDescription, handler: @escaping Handler) {
    self.description = description
    self.handler = handler
  }
}
