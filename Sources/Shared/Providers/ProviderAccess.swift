/// How a provider lets Sluice in.
public enum ProviderAccess: Sendable, Hashable {
  /// With a key, which goes with every request.
  case key(Secret)
  /// Without one, as servers of one's own do: Ollama, vLLM, llama.cpp. No key is sent.
  case open
  /// Its key is not set, so it is never asked. Names the environment variable that would turn it on.
  case off(needs: String)

  /// The key to send, if there is one.
  public var key: Secret? {
    if case .key(let key) = self { key } else { nil }
  }

  /// The variable without which the provider is never asked; nil when it can be.
  public var missingVariable: String? {
    if case .off(let variable) = self { variable } else { nil }
  }
}
