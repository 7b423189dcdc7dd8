import Shared

/// Writes a random answer as Gemini does: parts, whole or in pieces.
struct MixtureInGemini {
  private var samples: MixtureSamples
  private let filter: Mixture.Filter
  private let thoughts: MixtureThoughts
  private var parts: [JSONValue] = []
  /// The parts as a stream tells them.
  private var pieces: [JSONValue] = []
  private var text = ""
  private var thought = ""
  /// Each with its signature, if it has one. Thoughts that follow each other are one until a signature ends it.
  private var details: [(text: String, signature: String?)] = []
  private var isThinking = false
  private var calls: [JSONValue] = []
  private var images: [JSONValue] = []
  private var told = ToldAnswer()

  /// `maker` is the provider's name.
  static func wire(_ samples: MixtureSamples, _ filter: Mixture.Filter, maker: String) -> Mixture.Wire {
    var mixture = MixtureInGemini(samples, filter, maker)
    return mixture.wire()
  }

  private init(_ samples: MixtureSamples, _ filter: Mixture.Filter, _ maker: String) {
    self.samples = samples
    self.filter = filter
    thoughts = MixtureThoughts(dialect: .gemini, maker: maker)
  }

  private mutating func wire() -> Mixture.Wire {
    if filter == .all { return withheld() }
    if filter == .rest || samples.happens(50) { addText() } else { addThought() }
    for _ in 0..<samples.number(0...4) { addPart() }
    var candidate: JSONObject = ["finishReason": finish(), "index": 0]
    let sources = sources()
    if let sources { candidate["groundingMetadata"] = sources }
    tell()
    let usage = usage()

    var whole: JSONObject = ["modelVersion": "m", "responseId": "r"]
    if let usage { whole["usageMetadata"] = usage }
    let content: JSONValue = ["role": "model", "parts": .array(parts)]
    let wholeCandidate = candidate.merging(["content": content] as JSONObject) { $1 }
    var events = self.events(sources, usage)
    // The last has the end, with a part or with none.
    var last = samples.happens(50) ? [] : events.last?["candidates"]?[0]?["content"]?["parts"]?.array ?? []
    if last.isEmpty { last = [["text": ""]] } else { events.removeLast() }
    candidate["content"] = ["role": "model", "parts": .array(last)]
    events.append(.object(whole.merging(["candidates": [.object(candidate)]] as JSONObject) { $1 }))
    whole["candidates"] = [.object(wholeCandidate)]
    return Mixture.Wire(whole: .object(whole), events: events, told: told)
  }

  /// The prompt was blocked, or the whole answer.
  private mutating func withheld() -> Mixture.Wire {
    told.finishReason = "content_filter"
    var whole: JSONObject =
      samples.happens(30)
      ? ["promptFeedback": ["blockReason": "PROHIBITED_CONTENT"]]
      : ["candidates": [["finishReason": filterWord(), "index": 0]]]
    if let usage = usage() { whole["usageMetadata"] = usage }
    return Mixture.Wire(whole: .object(whole), events: [.object(whole)], told: told)
  }

  /// What has been added, for clients.
  private mutating func tell() {
    if !text.isEmpty { told.message["content"] = .string(text) }
    if !thought.isEmpty { told.message["reasoning_content"] = .string(thought) }
    if !details.isEmpty {
      told.message["reasoning_details"] = .array(
        details.map { thoughts.detail(text: $0.text, signature: $0.signature) })
    }
    if !calls.isEmpty { told.message["tool_calls"] = .array(calls) }
    if !images.isEmpty { told.message["images"] = .array(images) }
  }

  // MARK: - Parts

  private mutating func addPart() {
    switch samples.number(0...9) {
    case 0...2: addText()
    case 3, 4: addThought()
    case 5, 6: addCall()
    case 7: addImage()
    case 8: addAudio()
    default: add(["executableCode": ["language": "PYTHON", "code": .string(samples.text())]])
    }
  }

  /// A part that comes whole.
  private mutating func add(_ part: JSONValue) {
    parts.append(part)
    pieces.append(part)
    isThinking = false
  }

  /// A text may have a signature, which stands as a thought without words.
  private mutating func addText() {
    let said = samples.text()
    text += said
    isThinking = false
    let signature = samples.happens(20) ? samples.base64() : nil
    if let signature { details.append(("", signature)) }
    add(said, signature, isThought: false)
  }

  private mutating func addThought() {
    let said = samples.text()
    thought += said
    let signature = samples.happens(40) ? samples.base64() : nil
    if isThinking {
      details[details.count - 1].text += said
      details[details.count - 1].signature = signature
    } else {
      details.append((said, signature))
    }
    isThinking = signature == nil
    add(said, signature, isThought: true)
  }

  private mutating func add(_ said: String, _ signature: String?, isThought: Bool) {
    func part(_ text: String, _ signature: String?) -> JSONValue {
      var part: JSONObject = ["text": .string(text)]
      if isThought { part["thought"] = true }
      if let signature { part["thoughtSignature"] = .string(signature) }
      return .object(part)
    }
    parts.append(part(said, signature))
    var cut = samples.cut(said)
    // With the last words, or behind them.
    let last = signature != nil && samples.happens(50) ? "" : cut.removeLast()
    pieces += cut.map { part($0, nil) } + [part(last, signature)]
  }

  private mutating func addCall() {
    let (arguments, number) = (samples.arguments(), calls.count)
    var call: JSONObject = ["name": .string("f\(number)")]
    if arguments.object?.isEmpty == false || samples.happens(50) { call["args"] = arguments }
    var told: JSONObject = [
      "type": "function",
      "function": ["name": .string("f\(number)"), "arguments": .string(arguments.description)],
    ]
    // Models before Gemini 3 tell none.
    if samples.happens(70) {
      call["id"] = .string("call_\(number)")
      told["id"] = call["id"]
    } else {
      self.told.hasIDs = false
    }
    var part: JSONObject = ["functionCall": .object(call)]
    if samples.happens(30) {
      let signature = JSONValue.string(samples.base64())
      part["thoughtSignature"] = signature
      told["extra_content"] = [
        "google": ["thought_signature": signature],
        "sluice": ["maker": .string("gemini:\(thoughts.maker)")],
      ]
    }
    calls.append(.object(told))
    add(.object(part))
  }

  private mutating func addImage() {
    let isFile = samples.happens(25)
    let data = samples.base64()
    let url = isFile ? "https://a.example/\(data).png" : "data:image/png;base64,\(data)"
    images.append(["type": "image_url", "image_url": ["url": .string(url)]])
    add(
      isFile
        ? ["fileData": ["mimeType": "image/png", "fileUri": .string(url)]]
        : ["inlineData": ["mimeType": "image/png", "data": .string(data)]])
  }

  /// OpenAI's form has room for one.
  private mutating func addAudio() {
    guard told.message["audio"] == nil else { return }
    let data = JSONValue.string(samples.base64())
    told.message["audio"] = ["data": data]
    add(["inlineData": ["mimeType": "audio/mp3", "data": data]])
  }

  /// The pages that a search of Gemini's own found.
  private mutating func sources() -> JSONValue? {
    guard samples.happens(20) else { return nil }
    let pages = (0..<samples.number(1...2)).map { number -> JSONValue in
      ["uri": .string("https://a.example/\(number)"), "title": "t"]
    }
    told.message["annotations"] = .array(
      pages.map { page in
        [
          "type": "url_citation",
          "url_citation": [
            "start_index": 0, "end_index": .integer(Int64(text.unicodeScalars.count)),
            "url": page["uri"] ?? "", "title": page["title"] ?? "",
          ],
        ]
      })
    return ["groundingChunks": .array(pages.map { ["web": $0] })]
  }

  // MARK: - The stream

  /// One part or several in each. Some tell the sources already, and a part of the usage.
  private mutating func events(_ sources: JSONValue?, _ usage: JSONValue?) -> [JSONValue] {
    var events: [JSONValue] = []
    var rest = pieces[...]
    while !rest.isEmpty {
      let count = samples.number(1...3)
      var candidate: JSONObject = ["content": ["role": "model", "parts": .array(Array(rest.prefix(count)))]]
      candidate["index"] = 0
      if let sources, samples.happens(20) { candidate["groundingMetadata"] = sources }
      var event: JSONObject = ["candidates": [.object(candidate)]]
      if let prompt = usage?["promptTokenCount"], samples.happens(50) {
        event["usageMetadata"] = ["promptTokenCount": prompt, "totalTokenCount": prompt]
      }
      events.append(.object(event))
      rest = rest.dropFirst(count)
    }
    return events
  }

  // MARK: - The end

  private mutating func filterWord() -> JSONValue {
    samples.pick(["SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"])
  }

  private mutating func finish() -> JSONValue {
    if filter != .nothing {
      told.finishReason = "content_filter"
      return filterWord()
    }
    let (word, reason) = samples.pick([
      ("STOP", "stop"), ("STOP", "stop"), ("OTHER", "stop"), ("A_NEW_WORD", "stop"),
      ("MAX_TOKENS", "length"),
      // Broken only where nothing else was said.
      ("MALFORMED_FUNCTION_CALL", "stop"),
    ])
    told.finishReason = .string(reason == "stop" && !calls.isEmpty ? "tool_calls" : reason)
    return .string(word)
  }

  /// Nil where it is not told.
  private mutating func usage() -> JSONValue? {
    if samples.happens(10) { return nil }
    let (prompt, answer) = (samples.number(1...5000), samples.number(1...900))
    let thoughts = samples.happens(40) ? samples.number(1...900) : 0
    let cached = samples.happens(30) ? samples.number(1...prompt) : 0
    func json(_ count: Int) -> JSONValue { .integer(Int64(count)) }
    var usage: JSONObject = [
      "promptTokenCount": json(prompt), "candidatesTokenCount": json(answer),
      "totalTokenCount": json(prompt + answer + thoughts),
      "promptTokensDetails": [["modality": "TEXT", "tokenCount": json(prompt)]],
    ]
    var told: JSONObject = [
      "prompt_tokens": json(prompt), "completion_tokens": json(answer + thoughts),
      "total_tokens": json(prompt + answer + thoughts),
    ]
    if thoughts > 0 {
      usage["thoughtsTokenCount"] = json(thoughts)
      told["completion_tokens_details"] = ["reasoning_tokens": json(thoughts)]
    }
    if cached > 0 {
      usage["cachedContentTokenCount"] = json(cached)
      told["prompt_tokens_details"] = ["cached_tokens": json(cached)]
    }
    self.told.usage = .object(told)
    return .object(usage)
  }
}
