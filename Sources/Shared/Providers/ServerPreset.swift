/// A server that speaks OpenAI's dialect and is well known, whose shape need not be spelled out.
public enum ServerPreset: String, Sendable, Hashable, CaseIterable {
  case openAI = "openai"
  case azure
  case mistral
  case vllm
  case tgi
  case ollama
  case xai
  case deepseek
  case cerebras
  case openrouter
  case groq

  /// The one that a provider's host tells of, else its name; nil where neither does.
  static func known(name: String, baseURL: String) -> ServerPreset? {
    ServerPreset(rawValue: KnownHost.owner(ofBaseURL: baseURL) ?? name)
  }
}

extension ServerPreset {
  /// What the server takes and what not.
  public var shape: ProviderShape {
    var shape = written
    shape.takesCacheControl = Self.cacheMarked.contains(self)
    return shape
  }

  /// Which hand `cache_control` on to a model that knows it, or pass over what they do not know.
  private static let cacheMarked: Set<ServerPreset> = [.openrouter, .vllm, .tgi, .ollama]

  private var written: ProviderShape {
    switch self {
    case .openAI: Self.keepingAudio(Self.openAIShape)
    case .azure: Self.keepingAudio(Self.azureShape)
    case .mistral: Self.withoutRefusals(Self.mistralShape)
    case .vllm: Self.vllmShape
    case .tgi: Self.tgiShape
    case .ollama: Self.ollamaShape
    case .xai: Self.xaiShape
    case .deepseek: Self.deepseekShape
    case .cerebras: Self.cerebrasShape
    case .openrouter: Self.keepingImages(Self.openrouterShape)
    case .groq: Self.withoutRefusals(Self.groqShape)
    }
  }

  /// With sounds that go back by their ids (https://platform.openai.com/docs/guides/audio).
  private static func keepingAudio(_ shape: ProviderShape) -> ProviderShape {
    var shape = shape
    shape.keepsAudio = true
    return shape
  }

  /// With the pictures that its models drew (https://openrouter.ai/docs/guides/overview/multimodal/image-generation).
  private static func keepingImages(_ shape: ProviderShape) -> ProviderShape {
    var shape = shape
    shape.keepsImages = true
    return shape
  }

  /// Which answers 400 or 422 to members of messages that it does not know.
  private static func withoutRefusals(_ shape: ProviderShape) -> ProviderShape {
    var shape = shape
    shape.takesRefusals = false
    return shape
  }

  /// `max_tokens` is deprecated, and models that think refuse it
  /// (https://platform.openai.com/docs/api-reference/chat/create#chat-create-max_tokens).
  private static let openAIShape = ProviderShape(
    limitName: .maxCompletionTokens, leftToModel: [.sampling])

  /// Behind an Azure resource there are others' models as well, which know `max_tokens` alone; a deployment whose name
  /// says that it is a model that thinks is treated as one.
  private static let azureShape = ProviderShape(leftToModel: [.limitName, .sampling])

  /// Refuses every member that it does not know with 422 `extra_forbidden`: `max_completion_tokens`, `stream_options`,
  /// `reasoning_content` (github.com/editor-code-assistant/eca/issues/231, github.com/avante-corp/avante.nvim/issues/2347,
  /// github.com/charmbracelet/crush/issues/1590). Its streams tell usage unasked. A seed is `random_seed`
  /// (https://docs.mistral.ai/api/#tag/chat), an id of a call must be of nine letters and digits; only results of tools have a `name`.
  private static let mistralShape = ProviderShape(
    limitName: .maxTokens, takesStreamOptions: false, systemRole: .system,
    takesMessageNames: false, toolCallIDs: .nineAlphanumerics, drop: mistralUnknown,
    rename: ["seed": "random_seed"])

  private static let mistralUnknown: Set<String> = [
    "user", "service_tier", "store", "metadata", "verbosity", "prompt_cache_key", "prompt_cache_retention",
    "safety_identifier",
  ]

  /// Members that it does not know it ignores; what a role becomes is up to the model's chat template, and most have no
  /// `developer` (https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html).
  private static let vllmShape = ProviderShape(systemRole: .system, takesReasoning: true)

  /// Knows `max_tokens` alone, and leaves what it does not know aside
  /// (https://huggingface.github.io/text-generation-inference/#/Text%20Generation%20Inference/chat_completions).
  private static let tgiShape = ProviderShape(
    limitName: .maxTokens, systemRole: .system)

  /// Knows `max_tokens` alone, takes `stream_options`, and leaves what it does not know aside
  /// (https://docs.ollama.com/api/openai-compatibility).
  private static let ollamaShape = ProviderShape(
    limitName: .maxTokens, systemRole: .system)

  /// Its models that think refuse penalties (https://docs.x.ai/docs/guides/reasoning).
  private static let xaiShape = ProviderShape(
    drop: ["presence_penalty", "frequency_penalty"])

  /// `developer` is refused with 400 (github.com/earendil-works/pi/issues/1048); `reasoning_content` of the turns that
  /// called tools must come back (https://api-docs.deepseek.com/guides/thinking_mode).
  private static let deepseekShape = ProviderShape(
    limitName: .maxTokens, systemRole: .system, takesReasoning: true)

  /// Has no `developer` (https://inference-docs.cerebras.ai/resources/openai) and answers 400 to what is left out here.
  private static let cerebrasShape = ProviderShape(
    systemRole: .system,
    drop: ["frequency_penalty", "presence_penalty", "parallel_tool_calls", "verbosity", "prompt_cache_key"])

  /// Fits requests to the provider behind it by itself, and leaves out what that does not take
  /// (https://openrouter.ai/docs/api/reference/parameters).
  private static let openrouterShape = ProviderShape(takesReasoning: true)

  /// Answers 400 to `messages[].name`, but for that of a tool's result; to `logprobs`, `logit_bias` and `n` as well, which
  /// change an answer's meaning and are refused rather than left out (https://console.groq.com/docs/openai).
  private static let groqShape = ProviderShape(
    systemRole: .system, takesMessageNames: false)
}
