import HTTPTypes

/// Finds the route of a path and a method.
struct RouteTable: Sendable {
  enum Match: Sendable {
    case found(Route, parameters: [String: String])
    /// The path exists with these methods.
    case otherMethod(allowed: [HTTPRequest.Method])
    case nothing
  }

  /// Paths without parameters, found at once.
  private var fixed: [String: [Route]] = [:]
  private var templates: [(segments: [Substring], routes: [Route])] = []

  init(_ routes: [Route]) {
    for route in routes {
      let path = route.description.path
      if !path.contains("{") {
        fixed[path, default: []].append(route)
        continue
      }
      let segments = path.split(separator: "/")
      if let index = templates.firstIndex(where: { $0.segments == segments }) {
        templates[index].routes.append(route)
      } else {
        templates.append((segments, [route]))
      }
    }
  }

  func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
    if let routes = fixed[path] { return choose(method, routes, [:]) }
    let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    for template in templates where template.segments.count == segments.count {
      var parameters: [String: String] = [:]
      let matches = zip(template.segments, segments).allSatisfy { expected, actual in
        guard expected.hasPrefix("{") else { return expected == actual }
        parameters[String(expected.dropFirst().dropLast())] = String(actual)
        return !actual.isEmpty
      }
      if matches { return choose(method, template.routes, parameters) }
    }
    return .nothing
  }

  /// RFC 9110 section 9.3.2: HEAD is answered like GET, without its body.
  private func choose(
    _ method: HTTPRequest.Method, _ routes: [Route], _ parameters: [String: String]
  ) -> Match {
    let wanted = method == .head ? .get : method
    if let route = routes.first(where: { $0.description.method == wanted }) {
      return .found(route, parameters: parameters)
    }
    return .otherMethod(allowed: routes.map(\.description.method))
  }
}
