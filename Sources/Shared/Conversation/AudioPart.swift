public import OrderedCollections

/// A sound.
public struct AudioPart: Sendable, Hashable {
  /// By which its maker knows it again.
  public var id: String?
  /// Base64.
  public var data: String
  /// Such as `wav` and `mp3`, where it is told.
  public var format: String?
  public var transcript: String?
  /// Members that only the dialect of its conversation knows, such as `expires_at`.
  public var extras: JSONObject

  public init(
    id: String? = nil, data: String, format: String? = nil, transcript: String? = nil,
    extras: JSONObject = [:]
  ) {
    self.id = id
    self.data = data
    self.format = format
    self.transcript = transcript
    self.extras = extras
  }

  /// As ``Part/weight``. A second of speech is some 20 tokens, and as MP3 some 20 KB in Base64.
  var weight: Int { data.utf8.count / 256 + (transcript?.utf8.count ?? 0) + extras.size }

  var size: Int { data.utf8.count + (transcript?.utf8.count ?? 0) + extras.size }

  mutating func join(_ more: AudioPart) {
    id = id ?? more.id
    data += more.data
    format = format ?? more.format
    if let piece = more.transcript { transcript = (transcript ?? "") + piece }
    if !more.extras.isEmpty { extras.addMissing(of: more.extras) }
  }
}
