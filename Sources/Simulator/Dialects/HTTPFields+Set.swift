import HTTPTypes

extension HTTPFields {
  /// Sets a field by a name that need not be known; a name that HTTP does not allow is left out.
  mutating func set(_ name: String, _ value: String) {
    guard let name = HTTPField.Name(name) else { return }
    self[name] = value
  }
}

extension Double {
  /// Without a fraction where there is none: `30`, `0.5`.
  var shortDescription: String { Int64(exactly: self).map(String.init) ?? description }
}
