import ArgumentParser
import Shared

/// Whose usage of which span is asked for.
struct UsageQuery: ParsableArguments {
  static let groups = ["day", "hour", "tenant", "key", "user", "route", "provider", "model", "lane"]

  @Option(help: ArgumentHelp("From this day or time on. (default: 30 days ago)", valueName: "time"))
  var from: String?

  @Option(help: ArgumentHelp("Up to this day or time. (default: now)", valueName: "time"))
  var to: String?

  @Option(help: "Only of this tenant.")
  var tenant: String?

  @Option(help: "Only of the key with this id.")
  var key: String?

  @Option(help: "Only of this user.")
  var user: String?

  @Option(help: "Only of this route.")
  var route: String?

  @Option(help: "Only of this provider.")
  var provider: String?

  @Option(help: "Only of this model.")
  var model: String?

  @Option(help: "Only of this lane.")
  var lane: String?

  /// The path with what was said, each checked.
  func path(_ path: AdminPath) throws(CommandFailure) -> AdminPath {
    for (name, time) in [("from", from), ("to", to)] {
      guard let time else { continue }
      guard TimeText.isDayOrTime(time) else {
        throw .option(
          name,
          "\"\(time)\" is no time; write a day such as 2027-01-31, or a time such as 2027-01-31T09:00:00Z")
      }
    }
    if let tenant { _ = try RecordNameText.tenant(tenant) }
    if let key { _ = try RecordNameText.key(key) }
    if let lane, Lane(rawValue: lane) == nil {
      throw .option("lane", "\"\(lane)\" is none of \(Lane.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return path.with("from", from).with("to", to).with("tenant", tenant).with("key", key).with("user", user)
      .with("route", route).with("provider", provider).with("model", model).with("lane", lane)
  }

  /// What `--by` says, as `group_by` takes it.
  static func groups(_ text: String) throws(CommandFailure) -> String {
    for group in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard groups.contains(String(group)) || (group.hasPrefix("tag:") && group.count > 4) else {
        throw .option("by", "\"\(group)\" is none of \(groups.joined(separator: ", ")) and tag:NAME")
      }
    }
    return text
  }
}
