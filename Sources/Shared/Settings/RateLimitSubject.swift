/// Whom a rate limit counts.
public enum RateLimitSubject: String, Sendable, Hashable, CaseIterable {
  case key
  case ip
  case keyAndIP = "key+ip"
}
