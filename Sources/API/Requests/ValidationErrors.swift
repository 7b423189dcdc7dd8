import Shared

/// Everything that is wrong with one request, up to a number that a hostile body cannot turn into load.
///
/// A rule reports an issue where it stands, with a location relative to the value that it was given;
/// whoever holds that value puts its name in front. So nothing is spent on locations while all is well.
struct ValidationErrors: Error, Sendable, Hashable {
  /// The most issues that are listed. A body of a million wrong members is answered in a few kilobytes.
  static let limit = 100

  private(set) var issues: [ValidationIssue] = []

  init() {}

  init(_ issue: ValidationIssue) { issues = [issue] }

  var isEmpty: Bool { issues.isEmpty }

  /// Looking further is in vain: nothing more is listed.
  var isFull: Bool { issues.count >= Self.limit }

  mutating func add(_ fault: ValidationFault, at location: [LocationPart] = []) {
    guard !isFull else { return }
    issues.append(ValidationIssue(fault, at: location))
  }

  /// Puts a name or index in front of the issues that were added since there were `count` of them.
  mutating func locate(under part: @autoclosure () -> LocationPart, since count: Int) {
    guard issues.count > count else { return }
    let part = part()
    for index in count..<issues.count { issues[index].location.insert(part, at: 0) }
  }

  /// One sentence that names the first issue, and how many there are.
  var sentence: String {
    guard let first = issues.first else { return "Correct the request." }
    var what = "\(first.path.isEmpty ? "the request" : first.path): \(first.fault.message)"
    // A vendor's own sentence has its full stop.
    if what.hasSuffix(".") { what.removeLast() }
    if issues.count == 1 { return "Correct \(what)." }
    return "Correct \(isFull ? "at least " : "")\(issues.count) things, first \(what)."
  }
}
