import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Shared

/// Where one target is asked. Made once for each target, because parsing a URL costs more than all else that
/// is done for a request here.
struct ProviderEndpoint: Sendable {
  let wire: any WireDialect
  private(set) var key: Secret?
  /// Which of the provider's keys that is; nil where it has but one.
  private var place: KeyPlace?
  let timeouts: ProviderTimeouts
  let takesTrace: Bool
  private let templates: [ProviderOperation: HTTPClient.Request]
  private let target: RequestTarget

  /// `timeouts` are those of all providers. Throws when the base URL and the path make no URL.
  init(
    _ provider: Provider, model: String, timeouts: ProviderTimeouts = ProviderTimeouts()
  ) throws(ProviderFault) {
    wire = provider.dialect(of: model).wire
    key = provider.access.key
    self.timeouts = timeouts.overridden(by: provider.timeouts)
    takesTrace = provider.takesTrace
    target = RequestTarget(provider: provider.name, model: model, shape: provider.shape)
    var headers = HTTPHeaders([("content-type", "application/json")])
    headers.add(name: "user-agent", value: "sluice/\(Version.current)")
    headers.add(contentsOf: wire.headers)
    for (name, value) in provider.headers.sorted(by: { $0.key < $1.key }) {
      headers.replaceOrAdd(name: name, value: value)
    }
    var templates: [ProviderOperation: HTTPClient.Request] = [:]
    for operation in ProviderOperation.allCases {
      headers.replaceOrAdd(
        name: "accept", value: operation.isStream ? "text/event-stream" : "application/json")
      do {
        templates[operation] = try HTTPClient.Request(
          url: provider.baseURL + wire.path(for: operation, model: model), method: .POST, headers: headers)
      } catch {
        throw .failing("its base URL is not one")
      }
    }
    self.templates = templates
  }

  /// The same with another key.
  func under(_ key: ProviderKey) -> ProviderEndpoint {
    var endpoint = self
    endpoint.key = key.secret
    endpoint.place = key.place
    return endpoint
  }

  /// The complete HTTP request, and what of the client's wishes it leaves out. The key stands in a header of it and
  /// nowhere else, so that no dump shows it. Throws a refusal when the provider's API cannot express what is asked, or, if such are refused, a wish.
  func httpRequest(
    for request: JobRequest, streams: Bool = false, refusesUnsupported: Bool = false
  ) throws(ProviderFault) -> (HTTPClient.Request, dropped: [String]) {
    guard var copy = templates[operation(for: request, streams: streams)] else {
      throw .failing("no such operation")
    }
    if let key {
      let (name, value) = wire.authorization(key.reveal())
      if !copy.headers.contains(name: name) { copy.headers.add(name: name, value: value) }
    }
    if let conversation = request.conversation, !conversation.headers.isEmpty {
      for (name, value) in wire.headers(of: conversation) { copy.headers.join(name, value.string ?? "") }
    }
    let written = try write(request, streams: streams)
    if refusesUnsupported, let name = written.dropped.first {
      throw .untranslatable(.missing("`\(name)`", in: target.provider))
    }
    copy.body = .byteBuffer(written.body)
    return (copy, written.dropped)
  }

  private func write(_ request: JobRequest, streams: Bool) throws(ProviderFault) -> WrittenRequest {
    switch request {
    case .chat(let conversation): return try wire.told(conversation, for: target, streams: streams)
    case .embedding(let request): return WrittenRequest(body: try wire.write(request, for: target))
    case .moderation(let request): return try ModerationDialect.write(request, for: target)
    case .count(let conversation): return try wire.asksCount(of: conversation, for: target)
    case .completion(let request):
      let streams = streams && self.streams(.completion(request))
      guard !target.shape.takesCompletions else {
        return CompletionDialect().write(request, for: target, streams: streams)
      }
      let conversation: Conversation
      do { conversation = try request.conversation(for: target.provider) } catch {
        throw .untranslatable(error)
      }
      return try wire.write(conversation, for: target, streams: streams)
    }
  }

  /// Whether an answer to the request can come bit by bit.
  func streams(_ request: JobRequest) -> Bool {
    switch request {
    case .chat: true
    case .completion: pieces(of: request) == nil
    case .embedding, .moderation, .count: false
    }
  }

  private func operation(for request: JobRequest, streams: Bool) -> ProviderOperation {
    let streams = streams && self.streams(request)
    switch request {
    case .chat: return streams ? .chatStream : .chat
    case .embedding: return .embeddings
    case .moderation: return .moderation
    case .count: return .count
    case .completion:
      guard target.shape.takesCompletions else { return streams ? .chatStream : .chat }
      return streams ? .completionStream : .completion
    }
  }

  /// The request in as many calls as the provider takes it; nil where it takes all at once.
  func pieces(of request: JobRequest) -> [JobRequest]? {
    switch request {
    case .chat, .moderation, .count: return nil
    case .embedding(let embedding):
      guard let most = wire.mostTexts else { return nil }
      let pieces = embedding.pieces(ofAtMost: most)
      return pieces.count > 1 ? pieces.map(JobRequest.embedding) : nil
    case .completion(let completion):
      // A chat is one message's.
      guard !target.shape.takesCompletions, completion.prompts.count > 1 else { return nil }
      return completion.pieces.map(JobRequest.completion)
    }
  }

  /// The answer of a whole response, with estimates of what it does not count.
  func answer(
    to request: JobRequest, from response: ProviderResponse
  ) throws(ProviderFault) -> ProviderAnswer {
    var answer = try read(response, to: request)
    answer.estimateUsage(for: request)
    return answer
  }

  private func read(
    _ response: ProviderResponse, to request: JobRequest
  ) throws(ProviderFault) -> ProviderAnswer {
    switch request {
    case .chat where response.isSuccess && response.headers.isEventStream,
      .completion where response.isSuccess && response.headers.isEventStream:
      // Some servers know streams only.
      var answer = streamedAnswer(to: request, AnswerLimits(answer: .max, event: .max))
      answer.begin(status: response.status, headers: response.headers)
      _ = try answer.feed(response.body)
      return try answer.end().answer
    case .chat, .completion:
      var answer = try wire(for: request).answer(from: response, hiding: key, maker: target.provider)
      if let place { answer.answer.setMakersKey(place) }
      return answer
    case .embedding(let request): return try wire.answer(to: request, from: response, hiding: key)
    case .moderation: return try ModerationDialect.answer(from: response, hiding: key)
    case .count: return try wire.countAnswer(from: response, hiding: key)
    }
  }

  /// In which the answer to a request comes.
  private func wire(for request: JobRequest) -> any WireDialect {
    switch request {
    case .chat(let conversation): wire.answering(conversation.dialect)
    case .completion(let completion) where target.shape.takesCompletions:
      CompletionDialect(choiceCount: completion.choiceCount)
    case .completion, .embedding, .moderation, .count: wire
    }
  }

  /// What reads an answer to the request that comes bit by bit.
  func streamedAnswer(to request: JobRequest, _ limits: AnswerLimits) -> StreamedAnswer {
    StreamedAnswer(
      wire: wire(for: request), hiding: key, maker: target.provider, under: place, limits: limits)
  }
}

extension HTTPHeaders {
  /// Adds to the operator's list of betas; in the place of any other header.
  fileprivate mutating func join(_ name: String, _ value: String) {
    let known = name.hasSuffix("-beta") ? self[name] : []
    replaceOrAdd(name: name, value: (known + [value]).joined(separator: ","))
  }
}

extension JobRequest {
  /// What is asked or counted.
  fileprivate var conversation: Conversation? {
    switch self {
    case .chat(let conversation), .count(let conversation): conversation
    case .completion, .embedding, .moderation: nil
    }
  }
}

extension ProviderOperation {
  fileprivate var isStream: Bool { self == .chatStream || self == .completionStream }
}
