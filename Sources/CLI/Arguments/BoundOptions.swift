import ArgumentParser
import Shared

/// What tenants and keys have in common.
struct BoundOptions: ParsableArguments {
  @Option(help: "For people.")
  var name: String?

  @Option(
    name: .customLong("limit"),
    help: ArgumentHelp(
      "Such as \"100 requests/minute\", \"5 running\" or \"9000 tokens/day of smart\"; again for more.",
      valueName: "limit"))
  var limits: [String] = []

  @Option(
    name: .customLong("budget"),
    help: ArgumentHelp(
      "US dollars a day, week, month or for life, such as 50/month, or \"5/day soft\"; again for more.",
      valueName: "budget"))
  var budgets: [String] = []

  @Option(
    name: .customLong("model"),
    help: ArgumentHelp(
      "What may be asked: a route, a model, * in either; again for more.", valueName: "model"))
  var models: [String] = []

  @Option(help: "The lane of requests that name none: interactive, standard or batch.")
  var lane: String?

  @Option(help: "own, off, or the name of a group that shares its answers.")
  var cache: String?

  @Option(
    name: .customLong("guard"), help: ArgumentHelp("A policy of guards; again for more.", valueName: "policy")
  )
  var guards: [String] = []

  @Option(help: ArgumentHelp("Of your own; again for more.", valueName: "name=value"))
  var metadata: [String] = []

  @Option(
    help: ArgumentHelp(
      "A JSON file with members of the record, or -; options win over it.", valueName: "file"))
  var from: String?

  func members() throws(CommandFailure) -> MemberList {
    var list = try MemberList(file: from)
    list.set("name", name)
    try list.set("limits", "limit", limits: limits)
    try list.set("budgets", "budget", budgets: budgets)
    list.set("models", list: models)
    try list.set("lane", "lane", lane, of: Lane.allCases.map(\.rawValue))
    if let cache, CacheSharing(parsing: cache) == nil {
      throw .option(
        "cache", "\"\(cache)\" is neither own, off nor the name of a group, which is as that of a tenant")
    }
    list.set("cache", cache)
    list.set("guards", list: guards)
    try list.set("metadata", "metadata", pairs: metadata)
    return list
  }
}
