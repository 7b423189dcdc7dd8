import Shared

/// What one JSON value may be: how it is read, refused and described, all from one declaration.
struct ValueRule<Value: Sendable>: Sendable {
  /// The same rule as a JSON Schema (2020-12, as in OpenAPI 3.1).
  let schema: JSONObject
  /// The value as Swift means it; nil when it is refused, and then at least one issue was added.
  let read: @Sendable (JSONValue, inout ValidationErrors) -> Value?
  /// The opposite of `read`, for defaults.
  let write: @Sendable (Value) -> JSONValue

  /// The rule with one more condition, which no JSON Schema can say. `fault` is nil when it holds.
  func also(_ fault: @escaping @Sendable (Value) -> ValidationFault?) -> ValueRule {
    checked { value, errors in
      if let fault = fault(value) { errors.add(fault) }
    }
  }

  /// The rule with one more condition, which `check` may find broken in several places of the value: it adds an
  /// issue for each.
  func checked(
    _ check: @escaping @Sendable (Value, inout ValidationErrors) -> Void
  ) -> ValueRule {
    let read = self.read
    return ValueRule(
      schema: schema,
      read: { json, errors in
        guard let value = read(json, &errors) else { return nil }
        let known = errors.issues.count
        check(value, &errors)
        return errors.issues.count == known ? value : nil
      },
      write: write)
  }

  /// The rule, whose value `change` then puts into order.
  func changed(_ change: @escaping @Sendable (inout Value) -> Void) -> ValueRule {
    let read = self.read
    return ValueRule(
      schema: schema,
      read: { json, errors in
        guard var value = read(json, &errors) else { return nil }
        change(&value)
        return value
      },
      write: write)
  }

  /// The rule with further members in its schema.
  func described(by members: JSONObject) -> ValueRule {
    ValueRule(schema: schema.merging(members) { _, new in new }, read: read, write: write)
  }

  /// The rule for a type that is made from this one's.
  func mapped<Other>(
    _ convert: @escaping @Sendable (Value) -> Other, back: @escaping @Sendable (Other) -> JSONValue
  ) -> ValueRule<Other> {
    let read = self.read
    return ValueRule<Other>(
      schema: schema, read: { json, errors in read(json, &errors).map(convert) }, write: back)
  }
}

// MARK: - Text

extension ValueRule where Value == String {
  /// A string; lengths count Unicode scalars.
  static func text(length: ClosedRange<Int>) -> ValueRule {
    var schema: JSONObject = ["type": "string", "maxLength": .integer(Int64(length.upperBound))]
    if length.lowerBound > 0 { schema["minLength"] = .integer(Int64(length.lowerBound)) }
    return ValueRule(
      schema: schema,
      read: { json, errors in
        guard case .string(let text) = json else {
          errors.add(.notAString)
          return nil
        }
        if text.exceeds(scalars: length.upperBound) {
          errors.add(.tooManyCharacters(most: length.upperBound))
          return nil
        }
        if text.hasFewer(scalars: length.lowerBound) {
          errors.add(.tooFewCharacters(least: length.lowerBound))
          return nil
        }
        return text
      },
      write: JSONValue.string)
  }

  /// The rule, and something other than white space.
  func notBlank() -> ValueRule {
    described(by: ["pattern": "\\S"])
      .also { $0.isBlank ? .refused("Input should not be only white space") : nil }
  }
}

extension ValueRule
where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the names of an enumeration.
  static func choice(of values: [Value] = Array(Value.allCases)) -> ValueRule {
    let names = values.map(\.rawValue)
    return ValueRule(
      schema: ["type": "string", "enum": .array(names.map(JSONValue.string))],
      read: { json, errors in
        if case .string(let name) = json, let value = values.first(where: { $0.rawValue == name }) {
          return value
        }
        errors.add(.notOneOf(names))
        return nil
      },
      write: { .string($0.rawValue) })
  }
}

extension ValueRule where Value == Bool {
  /// `true` or `false`.
  static func flag() -> ValueRule {
    ValueRule(
      schema: ["type": "boolean"],
      read: { json, errors in
        if case .bool(let flag) = json { return flag }
        errors.add(.notABoolean)
        return nil
      },
      write: JSONValue.bool)
  }
}

// MARK: - Numbers

extension ValueRule where Value: FixedWidthInteger {
  /// A whole number; `2.0` is one, as in JSON Schema, and `true` is none.
  static func integer(in range: ClosedRange<Value>) -> ValueRule {
    let least = JSONValue.integer(Int64(clamping: range.lowerBound))
    let most = JSONValue.integer(Int64(clamping: range.upperBound))
    return ValueRule(
      schema: ["type": "integer", "minimum": least, "maximum": most],
      read: { json, errors in
        switch json.rounded {
        case .integer(let number):
          if number > range.upperBound {
            errors.add(.greaterThan(most))
          } else if number < range.lowerBound {
            errors.add(.lessThan(least))
          } else {
            return Value(number)
          }
        case .double(let number):
          if number.rounded() != number {
            errors.add(.hasFraction)
          } else if number > Double(range.upperBound) {
            errors.add(.greaterThan(most))
          } else if number < Double(range.lowerBound) {
            errors.add(.lessThan(least))
          } else if let value = Value(exactly: number) {
            return value
          } else {
            // 2^63 as a floating-point number equals the rounded largest 64-bit integer, and is above it.
            errors.add(.greaterThan(most))
          }
        default: errors.add(.notAnInteger)
        }
        return nil
      },
      write: { .integer(Int64(clamping: $0)) })
  }
}

extension ValueRule where Value == Double {
  /// A number between two bounds, both allowed.
  static func number(in range: ClosedRange<Double>) -> ValueRule {
    let least = JSONValue.double(range.lowerBound)
    return number(["minimum": least], through: range.upperBound) { number in
      number < range.lowerBound ? .lessThan(least) : nil
    }
  }

  /// A number between two bounds, of which the upper one is allowed.
  static func number(above lower: Double, through upper: Double) -> ValueRule {
    let bound = JSONValue.double(lower)
    return number(["exclusiveMinimum": bound], through: upper) { number in
      number <= lower ? .notGreaterThan(bound) : nil
    }
  }

  private static func number(
    _ lowerBound: JSONObject, through upper: Double,
    tooLow: @escaping @Sendable (Double) -> ValidationFault?
  ) -> ValueRule {
    let most = JSONValue.double(upper)
    var schema = lowerBound
    schema["type"] = "number"
    schema["maximum"] = most
    return ValueRule(
      schema: schema,
      read: { json, errors in
        guard let number = json.double else {
          errors.add(.notANumber)
          return nil
        }
        if let fault = number > upper ? .greaterThan(most) : tooLow(number) {
          errors.add(fault)
          return nil
        }
        return number
      },
      write: JSONValue.double)
  }
}
