import Shared

/// One example of a response.
enum ResponsesExample {
  static let whole: JSONValue = [
    "id": "resp_01KG9Q3V4H5S8M2XN7C4D0F1T6ZRYWEJKP9A", "object": "response", "created_at": 1_769_850_902,
    "status": "completed", "completed_at": 1_769_850_903, "error": nil, "incomplete_details": nil,
    "model": "llama-3.3-70b-versatile",
    "output": [
      [
        "id": "msg_01KG9Q3V4H5S8M2XN7C4D0F1T6ZRYWEJKP9A0", "type": "message", "status": "completed",
        "role": "assistant",
        "content": [
          [
            "type": "output_text", "text": "Because air scatters blue light more than red.",
            "annotations": [],
            "logprobs": [],
          ]
        ],
      ]
    ],
    "usage": [
      "input_tokens": 14, "input_tokens_details": ["cached_tokens": 0, "cache_write_tokens": 0],
      "output_tokens": 24, "output_tokens_details": ["reasoning_tokens": 0], "total_tokens": 38,
    ],
    "instructions": "Answer in one sentence.", "tools": [], "tool_choice": "auto",
    "parallel_tool_calls": true,
    "store": false, "background": false, "metadata": [:],
  ]
}
