import Shared

/// Tenants for people.
enum TenantTable {
  static func text(_ tenants: [JSONValue]) -> String {
    var table = Table("id", "name", "enabled", "weight", "models", "limits", "budgets")
    for tenant in tenants {
      table.add(
        ["id", "name", "enabled", "weight", "models", "limits", "budgets"].map { CellText.text(tenant[$0]) })
    }
    return table.text
  }
}
