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
  private var templates: [Template] = []

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
        templates.append(
          Template(segments: segments, takesRest: route.description.takesRest, routes: [route]))
      }
    }
  }

  func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
    if let routes = fixed[path] { return choose(method, routes, [:]) }
    let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    for template in templates {
      if let parameters = template.parameters(of: segments) {
        return choose(method, template.routes, parameters)
      }
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

/// A path with parameters.
private struct Template: Sendable {
  let segments: [Substring]
  let takesRest: Bool
  var routes: [Route]

  /// What the parameters stand for in a path; nil when it is another.
  func parameters(of path: ArraySlice<Substring>) -> [String: String]? {
    var actual = path
    if takesRest, path.count > segments.count {
      let rest = path.dropFirst(segments.count - 1)
      actual = path.prefix(segments.count - 1) + [Substring(rest.joined(separator: "/"))]
    }
    guard actual.count == segments.count else { return nil }
    var parameters: [String: String] = [:]
    for (expected, value) in zip(segments, actual) {
      guard expected.hasPrefix("{") else {
        if expected == value { continue }
        return nil
      }
      guard !value.isEmpty else { return nil }
      parameters[String(expected.dropFirst().dropLast())] = String(value)
    }
    return parameters
  }
}
