import Shared

/// One example of each answer that a client builds on. The tests hold them against their schemas' members.
enum AnswerExample {
  static let query: JSONValue = .object(
    (["id": .string(jobID)] as JSONObject).merging(result) { first, _ in first })

  static let job: JSONValue = [
    "id": .string(jobID), "status": "succeeded", "created_at": "2026-01-31T09:15:02.481Z",
    "started_at": "2026-01-31T09:15:02.483Z", "finished_at": "2026-01-31T09:15:02.571Z", "attempts": 1,
    "priority": "standard", "model": "default", "metadata": ["user": "42"], "result": .object(result),
    "error": nil,
    "links": ["self": .string("/jobs/\(jobID)"), "events": .string("/jobs/\(jobID)/events")],
  ]

  static let problem: JSONValue = [
    "type": "/problems/validation", "title": "The request is not valid", "status": 422,
    "detail": "Correct max_tokens: Input should be less than or equal to 2048.", "request_id": "3f1c9a52",
    "errors": [
      [
        "loc": ["body", "max_tokens"], "msg": "Input should be less than or equal to 2048",
        "type": "less_than_equal", "ctx": ["le": 2048],
      ]
    ],
  ]

  static let openAIError: JSONValue = [
    "error": [
      "message": "Correct max_tokens: Input should be greater than or equal to 1.",
      "type": "invalid_request_error", "param": "max_tokens", "code": "invalid_value",
      "request_id": "3f1c9a52",
    ]
  ]

  static let health: JSONValue = [
    "status": "healthy", "provider": "gemini", "timestamp": 1_738_312_502.48, "version": "0.1.0",
    "redis": ["status": "up", "latency_ms": 0.21], "queue": ["depth": 0, "running": 3], "workers": 2,
    "providers": [["name": "gemini", "status": "available", "model": "gemini-2.5-flash"]],
  ]

  private static let jobID = "job_01KG9Q3V4H5S8M2XN7C4D0F1T6ZRYWEJKP9A"

  private static let result: JSONObject = [
    "status": "success", "response": "Because air scatters blue light more than red.", "provider": "groq",
    "model": "llama-3.3-70b-versatile", "latency_ms": 87, "finish_reason": "stop", "error": nil,
    "cached": false, "usage": ["prompt_tokens": 14, "completion_tokens": 24, "total_tokens": 38],
    "cost_estimate_usd": 0.000027,
    "cascade_path": [
      [
        "provider": "gemini", "model": "gemini-2.5-flash", "status": "failed",
        "reason": "rate limited (429)", "latency_ms": 41,
      ],
      [
        "provider": "groq", "model": "llama-3.3-70b-versatile", "status": "success", "reason": nil,
        "latency_ms": 87,
      ],
    ],
  ]
}
