extension Notice {
  /// Whose limit or budget it is.
  public var scope: LimitScope {
    if subject.hasPrefix("t:") { return .tenant }
    return subject.hasPrefix("u:") ? .user : .key
  }

  /// The id of the key whose it is; nil for other scopes, and for `SERVICE_API_KEY`.
  public var key: String? {
    guard subject.hasPrefix("k:") else { return nil }
    return subject.split(separator: ":").dropFirst().first.map(String.init)
  }

  /// The budget; nil for a limit, and for a subject that no policy made.
  public var budget: Budget? {
    guard kind != .limited else { return nil }
    let (code, model) = LimitSubject.parts(of: subject)
    return BudgetPeriod(code: code).map {
      Budget(NanoDollars(rawValue: most), per: $0, isSoft ? .soft : .hard, model: model)
    }
  }

  /// The limit; nil for a budget. That of `RATE_LIMIT` is told by its window.
  public var limit: Limit? {
    guard kind == .limited else { return nil }
    let (code, model) = LimitSubject.parts(of: subject)
    let windows = RateLimit.Window.allCases
    let measures =
      windows.flatMap { [Limit.Measure.requests($0), .tokens($0)] } + [.running, .queued, .queuedBytes]
    if let measure = measures.first(where: { $0.code == code }) {
      return Limit(Int(most), measure, model: model)
    }
    guard let window, let named = windows.first(where: { Int64($0.seconds) * 1_000_000 >= window }) else {
      return nil
    }
    return Limit(Int(most), .requests(named))
  }

  /// `tenant search`, `a user of tenant search`, `key key_01…`: for logs, so it names no user.
  public var who: String {
    switch scope {
    case .tenant: "tenant \(tenant)"
    case .user: "a user of tenant \(tenant)"
    case .key: key.map { "key \($0)" } ?? "SERVICE_API_KEY"
    }
  }

  /// One sentence, without a full stop; it holds no user and no secret.
  public var sentence: String {
    let allowance = budget?.allowance ?? limit?.allowance ?? "not ask more"
    switch kind {
    case .spent: return "\(who) may \(allowance), and has spent \(percent) % of it"
    case .refused:
      let renewal = finish.map { "; it is renewed at \(Timestamp.format(unixMilliseconds: $0))" } ?? ""
      return
        "\(who) may \(allowance), and requests are refused, or put off, that what is left does not pay for\(renewal)"
    case .limited:
      return
        "\(who) may \(allowance), and requests are refused for it since \(Timestamp.format(unixMilliseconds: period))"
    }
  }
}
