import HTTPTypes

/// Finds the route of a path and a method.
///
/// A route under `/v1` also stands without it, because a client's base URL may lack it, and any path may end in a slash;
/// the route's description names the canonical path alone.
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
    for route in routes { add(route, at: route.description.path) }
    let canonical = self
    for route in routes {
      // What stands at a path of its own is not hidden.
      guard let short = Self.shortPath(of: route.description.path), !canonical.has(short) else { continue }
      add(route, at: short)
    }
  }

  private static func shortPath(of path: String) -> String? {
    path.hasPrefix("/v1/") ? String(path.dropFirst("/v1".count)) : nil
  }

  private func has(_ path: String) -> Bool {
    let segments = path.split(separator: "/")
    return fixed[path] != nil || templates.contains { $0.segments == segments }
  }

  private mutating func add(_ route: Route, at path: String) {
    guard path.contains("{") else {
      fixed[path, default: []].append(route)
      return
    }
    let segments = path.split(separator: "/")
    if let index = templates.firstIndex(where: { $0.segments == segments }) {
      templates[index].routes.append(route)
    } else {
      let template = Template(segments: segments, takesRest: route.description.takesRest, routes: [route])
      // What ends in a word is looked at before what ends in anything.
      templates.insert(template, at: template.endsInWord ? 0 : templates.count)
    }
  }

  /// RFC 9110 section 9.3.2: HEAD is answered like GET, without its body.
  func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
    guard let (routes, parameters) = routes(at: path) else { return .nothing }
    let wanted = method == .head ? .get : method
    if let route = routes.first(where: { $0.description.method == wanted }) {
      return .found(route, parameters: parameters)
    }
    return .otherMethod(allowed: routes.map(\.description.method))
  }

  /// The path as its route describes it, with parameters in braces; nil when there is no route.
  func canonicalPath(of path: String) -> String? { routes(at: path)?.routes.first?.description.path }

  private func routes(at path: String) -> (routes: [Route], parameters: [String: String])? {
    if let routes = fixed[path] { return (routes, [:]) }
    let path = path.utf8.count > 1 && path.hasSuffix("/") ? path.dropLast() : path[...]
    if let routes = fixed[String(path)] { return (routes, [:]) }
    let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    for template in templates {
      if let parameters = template.parameters(of: segments) { return (template.routes, parameters) }
    }
    return nil
  }
}

/// A path with parameters.
private struct Template: Sendable {
  let segments: [Substring]
  let takesRest: Bool
  var routes: [Route]

  /// Whether something stands behind the last parameter, as in `{model}:generateContent`.
  var endsInWord: Bool {
    segments.last.map { $0.hasPrefix("{") && !$0.hasSuffix("}") } ?? false
  }

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
      guard let brace = expected.lastIndex(of: "}") else { return nil }
      let word = expected[expected.index(after: brace)...]
      guard value.utf8.count > word.utf8.count, value.hasSuffix(word) else { return nil }
      parameters[String(expected[..<brace].dropFirst())] = String(value.dropLast(word.count))
    }
    return parameters
  }
}
