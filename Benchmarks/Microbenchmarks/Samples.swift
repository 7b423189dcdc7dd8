import NIOCore
import Shared

@testable import API

/// What goes through Sluice all day, in the sizes of every day.
enum Samples {
  static let words = "The sky is blue because air scatters short waves of light more than long ones. "

  static func text(_ bytes: Int) -> String {
    String(String(repeating: words, count: bytes / words.utf8.count + 1).prefix(bytes))
  }

  /// The body of `POST /query`, about 200 bytes.
  static let query = JSONValue.object([
    "prompt": .string(text(120)), "max_tokens": 100, "temperature": 0.2, "metadata": ["user": "u-4711"],
  ]).serialized()

  /// A chat of about 2 KB with a tool, for `POST /v1/chat/completions`.
  static let chat = JSONValue.object([
    "model": "default", "temperature": 0.2, "max_tokens": 400, "stream": true,
    "stream_options": ["include_usage": true],
    "messages": [
      ["role": "system", "content": .string(text(400))], ["role": "user", "content": .string(text(300))],
      ["role": "assistant", "content": .string(text(500))], ["role": "user", "content": .string(text(200))],
    ],
    "tools": [
      [
        "type": "function",
        "function": [
          "name": "weather", "description": "The weather at a place.",
          "parameters": [
            "type": "object", "required": ["place"],
            "properties": [
              "place": ["type": "string", "description": "A town."], "days": ["type": "integer"],
            ],
          ],
        ],
      ]
    ],
  ]).serialized()

  /// A provider's whole answer in OpenAI's form, about 2 KB.
  static let completion = JSONValue.object([
    "id": "chatcmpl-9f3b2c61d8e74d0f", "object": "chat.completion", "created": 1_738_312_502,
    "model": "llama-3.3-70b-versatile",
    "choices": [
      [
        "index": 0, "message": ["role": "assistant", "content": .string(text(1500))], "logprobs": .null,
        "finish_reason": "stop",
      ]
    ],
    "usage": [
      "queue_time": 0.018_721, "prompt_tokens": 48, "prompt_time": 0.002_31, "completion_tokens": 342,
      "completion_time": 1.243_636, "total_tokens": 390, "total_time": 1.245_946,
      "prompt_tokens_details": ["cached_tokens": 0], "completion_tokens_details": ["reasoning_tokens": 0],
    ],
    "system_fingerprint": "fp_3f3b593e33", "x_groq": ["id": "req_01jjwq3q5xe3m8g8bqz1w9wmvp"],
  ]).serialized()

  /// A long conversation with an image in base64, 500 KB.
  static let large = JSONValue.object([
    "model": "default",
    "messages": .array(
      [
        [
          "role": "user",
          "content": [
            ["type": "text", "text": "What is this?"],
            [
              "type": "image_url",
              "image_url": [
                "url": .string("data:image/png;base64," + String(repeating: "iVBORw0KGgo", count: 25_000))
              ],
            ],
          ],
        ]
      ]
        + (0..<230).map {
          ["role": $0 % 2 == 0 ? "assistant" : "user", "content": .string(text(900) + "\n")]
        }),
  ]).serialized()

  /// A provider's stream of 200 pieces, one buffer for each as they come from the socket.
  static let stream: [ByteBuffer] = (0..<200).map { number in
    event([
      "index": 0, "delta": number == 0 ? ["role": "assistant", "content": ""] : ["content": " scatters"],
      "logprobs": .null, "finish_reason": number == 199 ? "stop" : .null,
    ])
  }

  private static func event(_ choice: JSONValue) -> ByteBuffer {
    let chunk: JSONValue = [
      "id": "chatcmpl-9f3b2c61d8e74d0f", "object": "chat.completion.chunk", "created": 1_738_312_502,
      "model": "llama-3.3-70b-versatile", "system_fingerprint": "fp_3f3b593e33", "choices": [choice],
    ]
    return ByteBuffer(string: "data: \(chunk)\n\n")
  }

  static let result = JobResult(
    response: text(1500), provider: "groq", model: "llama-3.3-70b-versatile", finishReason: .stop,
    usage: TokenUsage(promptTokens: 48, completionTokens: 342), cost: NanoDollars(rawValue: 298_000),
    latency: .milliseconds(1287),
    cascadePath: [
      CascadeStep(
        provider: "gemini", model: "gemini-2.5-flash", status: .failed, reason: "rate limited (429)",
        latency: .milliseconds(41)),
      CascadeStep(
        provider: "groq", model: "llama-3.3-70b-versatile", status: .success, reason: nil,
        latency: .milliseconds(1246)),
    ])

  static let writer = ChatWriter(model: "llama-3.3-70b-versatile", includesUsage: true)

  static let job = AnsweredJob(id: jobID, created: 1_738_312_502_481, requestID: RequestID(nil))

  static let jobID = JobID(unixMilliseconds: 1_738_312_502_481)
}
