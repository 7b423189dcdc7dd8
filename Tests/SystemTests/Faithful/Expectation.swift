import Foundation
import Shared

/// What an answer, or a request that a provider got, must have.
///
/// A value is itself, or an object with one of `$contains`, `$prefix`, `$json` (a text that is this JSON), `$count`,
/// `$any` (one of these), `$not`, `$has` (these members and perhaps others), `$at_most` (a text's length), `$suffix`,
/// `$pattern` (a regular expression for the whole text), `$same` (what is at this other path).
struct Expectation: Sendable {
  let status: Int
  /// By path, such as `choices[0].message.content`.
  let members: JSONObject
  /// Paths at which there is nothing, or null.
  let absent: [String]
  /// Headers by lower-case name.
  let headers: JSONObject
  /// By path, of the job.
  let job: JSONObject
  /// Whether a stream ends with an error.
  let breaks: Bool

  init(_ json: JSONValue) {
    status = Int(json["status"]?.integer ?? 200)
    members = json["members"]?.object ?? [:]
    absent = (json["absent"]?.array ?? []).compactMap(\.string)
    headers = json["replies"]?.object ?? [:]
    job = json["job"]?.object ?? [:]
    breaks = json["breaks"] == true
  }

  /// What a document lacks, in words.
  func faults(in document: JSONValue) -> [String] {
    Self.faults(members, in: document)
      + absent.compactMap { path in
        let value = Self.value(at: path, in: document)
        return value == nil || value?.isNull == true ? nil : "\(path) is there: \(Self.short(value))"
      }
  }

  func faults(inHeaders values: [String: String]) -> [String] {
    headers.compactMap { name, expected in
      let value = values[name].map { JSONValue.string($0) }
      return Self.matches(expected, value, .null)
        ? nil : "\(name) is \(Self.short(value)), expected \(Self.short(expected))"
    }
  }

  static func faults(_ members: JSONObject, in document: JSONValue) -> [String] {
    members.compactMap { path, expected in
      let value = Self.value(at: path, in: document)
      return matches(expected, value, document)
        ? nil : "\(path) is \(short(value)), expected \(short(expected))"
    }
  }

  static func value(at path: String, in document: JSONValue) -> JSONValue? {
    var value: JSONValue? = document
    for step in path.replacing("[", with: ".[").split(separator: ".") {
      if step.hasPrefix("["), let index = Int(step.dropFirst().dropLast()) {
        value = value?[index]
      } else {
        value = value?[String(step)]
      }
    }
    return value
  }

  private static func matches(_ expected: JSONValue, _ value: JSONValue?, _ document: JSONValue) -> Bool {
    guard let (operation, operand) = expected.object?.elements.first, operation.hasPrefix("$") else {
      return equal(expected, value ?? .null)
    }
    switch operation {
    case "$contains": return value?.string?.contains(operand.string ?? "") == true
    case "$prefix": return value?.string?.hasPrefix(operand.string ?? "") == true
    case "$suffix": return value?.string?.hasSuffix(operand.string ?? "") == true
    case "$pattern":
      guard let pattern = try? Regex(operand.string ?? "") else { return false }
      return value?.string?.wholeMatch(of: pattern) != nil
    case "$same": return equal(self.value(at: operand.string ?? "", in: document) ?? .null, value ?? .null)
    case "$json": return (try? JSONParser.parse(value?.string ?? "")).map { equal(operand, $0) } == true
    case "$count": return value?.array?.count == operand.integer.map { Int($0) }
    case "$any": return operand.array?.contains { matches($0, value, document) } == true
    case "$not": return !matches(operand, value, document)
    case "$has": return operand.object?.allSatisfy { matches($0.value, value?[$0.key], document) } == true
    case "$at_most": return (value?.string?.count ?? .max) <= Int(operand.integer ?? 0)
    default: return false
    }
  }

  /// Numbers are equal by their value, however they are written; money within a billionth of a dollar.
  static func equal(_ left: JSONValue, _ right: JSONValue) -> Bool {
    if let left = left.double, let right = right.double { return abs(left - right) < 1e-9 }
    switch (left, right) {
    case (.array(let left), .array(let right)):
      return left.count == right.count && zip(left, right).allSatisfy(equal)
    case (.object(let left), .object(let right)):
      return left.count == right.count && left.allSatisfy { equal($0.value, right[$0.key] ?? .null) }
    default: return left == right
    }
  }

  /// Without what only a stream has, and without what says nothing.
  static func plain(_ value: JSONValue, withIDs: Bool) -> JSONValue {
    switch value {
    case .array(let entries):
      return .array(
        entries.map { entry in
          guard var members = entry.object else { return entry }
          members["index"] = nil
          if !withIDs { members["id"] = nil }
          return plain(.object(members), withIDs: withIDs)
        })
    case .object(let members):
      return .object(
        members.filter { !$0.value.isNull && $0.value != "" }.mapValues { plain($0, withIDs: withIDs) })
    default: return value
    }
  }

  static func short(_ value: JSONValue?) -> String {
    guard let value else { return "nothing" }
    let text = String(buffer: value.serialized())
    return text.count > 300 ? text.prefix(300) + "…" : text
  }
}
