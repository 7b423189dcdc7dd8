import OrderedCollections
import TestSupport

@testable import Shared

/// Random answers, and the events in which they may come; the same for the same seed.
struct AnswerSamples {
  private var random: SplitMix
  private var texts: TextSamples

  init(seed: UInt64) {
    random = SplitMix(seed: seed)
    texts = TextSamples(seed: seed &+ 1)
  }

  // MARK: - Answers

  mutating func answer(choices: Int = 1) -> Answer {
    var answer = Answer()
    answer.choices = (0..<choices).map { _ in choice() }
    if random.happens(30) { answer.extras = ["system_fingerprint": .string(texts.text())] }
    if random.happens(20) { answer.extras["provider"] = "x" }
    answer.usage = TokenUsage(
      promptTokens: Int.random(in: 0..<100, using: &random), completionTokens: 3,
      reasoningTokens: Int.random(in: 0..<3, using: &random))
    return answer
  }

  private mutating func choice() -> Answer.Choice {
    var parts = (0..<Int.random(in: 0..<7, using: &random)).map { part($0) }
    // OpenAI's form has one place for each of these.
    for isSingle in [isAudio, isLegacyCall] {
      var count = 0
      parts.removeAll { part in
        if isSingle(part) { count += 1 }
        return isSingle(part) && count > 1
      }
    }
    var choice = Answer.Choice(
      parts: parts, finishReason: FinishReason.allCases.randomElement(using: &random))
    if random.happens(40) { choice.logprobs["content"] = .array(tokens()) }
    if random.happens(20) { choice.logprobs["refusal"] = random.happens(50) ? .null : .array(tokens()) }
    if random.happens(20) { choice.extras["citations"] = ["https://a.example", "https://b.example"] }
    if random.happens(20) { choice.extras["tool_plan"] = .string(texts.text()) }
    if random.happens(20) { choice.members["native_finish_reason"] = .string(texts.text()) }
    if random.happens(20) { choice.members["content_filter_results"] = ["hate": ["filtered": false]] }
    return choice
  }

  private mutating func tokens() -> [JSONValue] {
    (0..<Int.random(in: 1..<5, using: &random)).map { _ in
      ["token": .string(texts.text()), "logprob": .double(-0.5), "top_logprobs": []]
    }
  }

  private mutating func part(_ number: Int) -> Part {
    switch Int.random(in: 0..<13, using: &random) {
    case 0, 1: return .text(texts.text())
    case 2: return .text(TextPart(texts.text(), extras: ["cache_control": ["type": "ephemeral"]]))
    case 3: return .refusal(texts.text())
    case 4, 5: return .thought(thought())
    case 6, 7: return .toolCall(call(number))
    case 8: return .image(image(number))
    case 9: return .audio(audio())
    case 10: return .citation(citation(number))
    case 11:
      return .document(DocumentPart(source: texts.maybe(), id: texts.maybe(), name: "f", extras: ["a": 1]))
    default: return .opaque(opaque(number))
    }
  }

  private mutating func thought() -> Thought {
    let maker = Maker(
      provider: random.happens(70) ? "p" : nil, dialect: random.happens(50) ? .messages : .gemini)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return Thought("", sealed: texts.text(), maker: maker)
    case 1: return Thought(texts.text(), signature: texts.text(), maker: maker)
    case 2: return Thought(texts.text(), maker: maker)
    default:
      return Thought(
        texts.text(), member: ["reasoning", "reasoning_content", "content"].randomElement(using: &random))
    }
  }

  private mutating func call(_ number: Int) -> ToolCall {
    var call = ToolCall(id: "call_\(number)", name: "f\(number)", arguments: texts.text())
    switch Int.random(in: 0..<5, using: &random) {
    case 0: call.kind = .custom
    case 1:
      call.kind = .legacy
      call.id = ""
      return call
    case 2:
      call.signature = texts.text()
      call.maker = Maker(provider: "p", dialect: .gemini)
    default: break
    }
    if random.happens(20) { call.extras = ["vendor": ["a": .string(texts.text()), "count": 2]] }
    return call
  }

  private mutating func image(_ number: Int) -> ImagePart {
    ImagePart(
      source: "data:image/png;base64,\(number)", detail: random.happens(30) ? "low" : nil,
      extras: random.happens(30) ? ["image_url": ["size": 7], "alt": "x"] : [:])
  }

  private mutating func audio() -> AudioPart {
    AudioPart(
      id: random.happens(80) ? "audio_1" : nil, data: texts.text(), transcript: texts.maybe(),
      extras: random.happens(50) ? ["expires_at": 1_738_312_502] : [:])
  }

  private mutating func citation(_ number: Int) -> Citation {
    let url = "https://a.example/\(number)"
    return random.happens(60)
      ? Citation(
        url: url, title: "t",
        members: ["type": "url_citation", "url_citation": ["url": .string(url), "title": "t"]], dialect: .chat
      )
      : Citation(
        url: random.happens(70) ? url : nil, title: texts.maybe(), members: ["start": 1], dialect: .gemini)
  }

  private mutating func opaque(_ number: Int) -> OpaquePart {
    let maker = Maker(provider: "p", dialect: .chat)
    if random.happens(20) {
      return OpaquePart(name: "", members: ["type": "new"], dialect: .messages, maker: nil)
    }
    var members: JSONObject = ["type": "reasoning.text", "text": .string(texts.text())]
    if random.happens(30) { members = ["type": "reasoning.encrypted", "data": .string(texts.text())] }
    if random.happens(50) { members["signature"] = .string(texts.text()) }
    if random.happens(50) { members["index"] = .integer(Int64(number)) }
    return OpaquePart(name: "reasoning_details", members: members, dialect: .chat, maker: maker)
  }

  // MARK: - Events

  /// The answer in pieces, parts and their pieces mingled as streams mingle them: parts begin in their order, and a text,
  /// a refusal or a thought has ended before another of its kind begins.
  mutating func events(of answer: Answer) -> [AnswerEvent] {
    var waiting = [answer.extras.map { AnswerEvent.extras([$0.key: $0.value], answer.dialect) }]
    for (number, choice) in answer.choices.enumerated() {
      waiting.append(choice.extras.map { .message([$0.key: $0.value], choice: number) })
      waiting.append(
        choice.members.flatMap { name, value in
          let told = AnswerEvent.choice([name: value], choice: number)
          // An earlier value does not count.
          return random.happens(30) ? [.choice([name: "earlier"], choice: number), told] : [told]
        })
      waiting.append(logprobs(choice.logprobs).map { .logprobs($0, choice: number) })
    }
    var running: [(kind: Int?, events: [AnswerEvent])] = waiting.map { (nil, $0) }
    var parts =
      answer.choices.enumerated().flatMap { number, choice in
        choice.parts.enumerated().map { index, part in
          (
            kind: kind(of: part, number),
            events: pieces(of: part).map { .part($0, at: index, choice: number) }
          )
        }
      }[...] as ArraySlice<(kind: Int?, events: [AnswerEvent])>
    var events: [AnswerEvent] = []
    while true {
      running.removeAll(where: \.events.isEmpty)
      if let next = parts.first, random.happens(50) || running.isEmpty,
        !running.contains(where: { $0.kind != nil && $0.kind == next.kind })
      {
        // Its first piece comes now, so that parts begin in their order.
        events.append(next.events[0])
        running.append((next.kind, Array(next.events.dropFirst())))
        parts.removeFirst()
      } else if let next = running.indices.randomElement(using: &random) {
        events.append(running[next].events.removeFirst())
      } else if parts.isEmpty {
        break
      }
    }
    for (number, choice) in answer.choices.enumerated() {
      if let reason = choice.finishReason { events.append(.finish(reason, choice: number)) }
    }
    return events + [.usage(TokenUsage(promptTokens: 1, completionTokens: 1)), .usage(answer.usage)]
  }

  /// The events in their order, some together.
  mutating func groups(of events: [AnswerEvent]) -> [AnswerDelta] {
    var groups: [AnswerDelta] = []
    var rest = events[...]
    while !rest.isEmpty {
      let count = Int.random(in: 1...6, using: &random)
      groups.append(AnswerDelta(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    return groups
  }

  private mutating func logprobs(_ logprobs: JSONObject) -> [JSONObject] {
    logprobs.flatMap { name, value in
      value.array?.map { [name: [$0]] } ?? [[name: value]]
    }
  }

  /// Parts of one kind are written into one text, so they follow each other. Readers tell a source behind all of the text that it
  /// is of.
  private func kind(of part: Part, _ choice: Int) -> Int? {
    switch part {
    case .text, .citation: choice * 3
    case .refusal: choice * 3 + 1
    case .thought: choice * 3 + 2
    default: nil
    }
  }

  private mutating func pieces(of part: Part) -> [Part] {
    switch part {
    case .text(let part):
      let pieces = texts.cut(part.text)
      let named = Int.random(in: pieces.indices, using: &random)
      return pieces.enumerated().map { .text(TextPart($1, extras: $0 == named ? part.extras : [:])) }
    case .refusal(let text): return texts.cut(text).map(Part.refusal)
    case .thought(let thought): return pieces(of: thought)
    case .toolCall(let call): return pieces(of: call)
    case .audio(let audio): return pieces(of: audio)
    case .opaque(let part): return pieces(of: part)
    case .image, .document, .citation, .toolResult: return [part]
    }
  }

  private mutating func pieces(of thought: Thought) -> [Part] {
    var pieces = texts.cut(thought.text).map { Thought($0) }
    pieces[0].maker = thought.maker
    pieces[0].member = thought.member
    pieces[0].sealed = thought.sealed
    // Signatures come last.
    if let signature = thought.signature {
      pieces += texts.cut(signature).map { Thought("", signature: $0) }
    }
    return pieces.map(Part.thought)
  }

  private mutating func pieces(of call: ToolCall) -> [Part] {
    var pieces = texts.cut(call.arguments).map { ToolCall(kind: call.kind, id: "", name: "", arguments: $0) }
    pieces[0].id = call.id
    pieces[0].name = call.name
    pieces[0].maker = call.maker
    for index in pieces.indices where index == 0 || random.happens(20) { pieces[index].extras = call.extras }
    if let signature = call.signature { pieces[pieces.count - 1].signature = signature }
    return pieces.map(Part.toolCall)
  }

  private mutating func pieces(of audio: AudioPart) -> [Part] {
    var pieces = texts.cut(audio.data).map { AudioPart(data: $0) }
    pieces[0].id = audio.id
    if let transcript = audio.transcript {
      pieces += texts.cut(transcript).map { AudioPart(data: "", transcript: $0) }
    }
    let last = pieces.count - 1
    for index in pieces.indices where index == last || random.happens(20) {
      pieces[index].extras = audio.extras
    }
    return pieces.map(Part.audio)
  }

  private mutating func pieces(of part: OpaquePart) -> [Part] {
    var pieces = [part]
    for name in ["text", "data"] {
      guard let text = part.members[name]?.string else { continue }
      let cut = texts.cut(text)
      pieces[0].members[name] = .string(cut[0])
      pieces += cut.dropFirst().map {
        OpaquePart(name: part.name, members: [name: .string($0)], dialect: part.dialect, maker: part.maker)
      }
    }
    return pieces.map(Part.opaque)
  }

  private func isAudio(_ part: Part) -> Bool { if case .audio = part { true } else { false } }

  private func isLegacyCall(_ part: Part) -> Bool {
    if case .toolCall(let call) = part { call.kind == .legacy } else { false }
  }
}
