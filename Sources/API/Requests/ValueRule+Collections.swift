import Shared

extension ValueRule {
  /// An array of so many elements. One with too many is not looked into.
  static func array<Element>(
    of element: ValueRule<Element>, count: ClosedRange<Int>
  ) -> ValueRule where Value == [Element] {
    ValueRule(
      schema: [
        "type": "array", "items": .object(element.schema),
        "minItems": .integer(Int64(count.lowerBound)), "maxItems": .integer(Int64(count.upperBound)),
      ],
      read: { json, errors in
        guard case .array(let elements) = json else {
          errors.add(.notAnArray)
          return nil
        }
        if elements.count > count.upperBound {
          errors.add(.tooManyElements(most: count.upperBound, actual: elements.count))
          return nil
        }
        if elements.count < count.lowerBound {
          errors.add(.tooFewElements(least: count.lowerBound, actual: elements.count))
          return nil
        }
        var values: Value = []
        values.reserveCapacity(elements.count)
        for (index, json) in elements.enumerated() where !errors.isFull {
          let known = errors.issues.count
          if let value = element.read(json, &errors) { values.append(value) }
          errors.locate(under: .index(index), since: known)
        }
        return values.count == elements.count ? values : nil
      },
      write: { .array($0.map(element.write)) })
  }

  /// One element, or an array of up to so many.
  static func oneOrMany(
    of element: ValueRule<String>, most: Int
  ) -> ValueRule where Value == [String] {
    let many = ValueRule.array(of: element, count: 0...most)
    return ValueRule(
      schema: ["anyOf": [.object(element.schema), .object(many.schema)]],
      read: { json, errors in
        switch json {
        case .string: return element.read(json, &errors).map { [$0] }
        case .array: return many.read(json, &errors)
        default:
          errors.add(.notAStringOrArray)
          return nil
        }
      },
      write: many.write)
  }

  /// An object of any names, each with a string.
  static func pairs(
    most: Int, nameLength: Int, valueLength: Int
  ) -> ValueRule where Value == JSONObject {
    let text = ValueRule<String>.text(length: 0...valueLength)
    return ValueRule(
      schema: [
        "type": "object", "maxProperties": .integer(Int64(most)),
        "propertyNames": ["maxLength": .integer(Int64(nameLength))],
        "additionalProperties": .object(text.schema),
      ],
      read: { json, errors in
        guard case .object(let members) = json else {
          errors.add(.notAnObject)
          return nil
        }
        if members.count > most {
          errors.add(.tooManyMembers(most: most, actual: members.count))
          return nil
        }
        let known = errors.issues.count
        for (name, value) in members {
          let before = errors.issues.count
          if name.exceeds(scalars: nameLength) {
            errors.add(.tooManyCharacters(most: nameLength), at: ["[key]"])
          }
          _ = text.read(value, &errors)
          errors.locate(under: .clientName(name), since: before)
        }
        return errors.issues.count == known ? members : nil
      },
      write: JSONValue.object)
  }

  /// An object whose members are declared.
  static func object(_ schema: BodySchema<Value>) -> ValueRule {
    ValueRule(
      schema: schema.jsonSchema,
      read: { json, errors in schema.read(json, &errors) },
      // No member that is an object has a default.
      write: { _ in [:] })
  }
}
