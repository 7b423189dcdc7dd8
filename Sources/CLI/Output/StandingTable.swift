import Shared

/// How limits and budgets stand, for people.
enum StandingTable {
  static func text(_ standing: JSONValue) -> String {
    let limits = standing["limits"]?.array ?? []
    let budgets = standing["budgets"]?.array ?? []
    guard !(limits + budgets).isEmpty else { return "There are no limits and no budgets.\n" }
    var table = Table([
      .init(title: "of"), .init(title: "limit or budget"), .init(title: "used", isNumber: true),
      .init(title: "reserved", isNumber: true), .init(title: "renewed at"),
    ])
    for bound in limits + budgets {
      table.add([
        CellText.text(bound["scope"]), BoundText.written(bound) ?? CellText.nothing,
        CellText.text(bound["used"]),
        CellText.text(bound["reserved"]), CellText.time(bound["resets_at"]),
      ])
    }
    return table.text
  }
}
