import Shared

extension JSONValue {
  /// The value without members that are null, which stand for absent ones: many clients write all that they know of.
  ///
  /// Only the object itself is looked at, and the objects under members of these names. Further down stands what a schema
  /// or a user says, where null means null.
  func withoutNulls(under names: [String] = []) -> JSONValue {
    // Nearly all have none, and are left as they are.
    guard case .object(var members) = self,
      hasNulls || names.contains(where: { members[$0]?.hasNulls ?? false })
    else { return self }
    members.removeAll { $0.value.isNull }
    for name in names { members[name] = members[name]?.withoutNulls() }
    return .object(members)
  }

  private var hasNulls: Bool { object?.values.contains(where: \.isNull) ?? false }
}

extension ValueRule where Value == JSONValue {
  /// The rule for an object whose null members are absent, also those of the objects under members of these names.
  func withoutNulls(under names: [String] = []) -> ValueRule {
    let read = self.read
    return ValueRule(
      schema: schema, read: { json, errors in read(json.withoutNulls(under: names), &errors) }, write: write)
  }
}
