extension Variables {
  /// Every variable in the order of the documentation.
  public static let all: [VariableDocumentation] =
    redis + api + tenants + queue + callbacks + processes + providers + logs + metrics
    + tracing
}
