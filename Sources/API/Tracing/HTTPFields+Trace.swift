import HTTPTypes
import Shared

extension HTTPField.Name {
  // Each name is a valid token, so the failable initialiser cannot fail.
  // swift-format-ignore: NeverForceUnwrap
  static let traceparent = Self("traceparent")!
  // swift-format-ignore: NeverForceUnwrap
  static let tracestate = Self("tracestate")!
  // swift-format-ignore: NeverForceUnwrap
  static let baggage = Self("baggage")!
}

extension HTTPFields {
  /// The trace that the client is in, and what it wants carried along, whether or not it is in one.
  var trace: (context: TraceContext?, baggage: String) {
    var (parents, states, baggage): ([String], [String], [String]) = ([], [], [])
    for field in self {
      switch field.name {
      case .traceparent: parents.append(field.value)
      case .tracestate: states.append(field.value)
      case .baggage: baggage.append(field.value)
      default: continue
      }
    }
    return (TraceContext(traceparents: parents, states: states), Baggage.text(of: baggage))
  }
}
