import Shared

extension JSONValue {
  /// The member of an object; nil also where it is null, which providers take as absent.
  func present(_ name: String) -> JSONValue? {
    guard let value = self[name], !value.isNull else { return nil }
    return value
  }
}
