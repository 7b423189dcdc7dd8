/// Which record.
public enum AccessName: Sendable, Hashable {
  case tenant(String)
  case key(String)

  /// Its field of `epochs`.
  var field: String {
    switch self {
    case .tenant(let id): "t:\(id)"
    case .key(let id): "k:\(id)"
    }
  }
}
