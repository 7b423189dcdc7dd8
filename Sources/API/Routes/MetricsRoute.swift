import HTTPTypes
import NIOCore
import Shared

/// `GET /metrics`: see ``MetricsBoard``. Series that name tenants are for whoever may read all of them.
struct MetricsRoute: Sendable {
  let board: MetricsBoard

  var route: Route {
    Route(
      RouteDescription(
        method: .get, path: "/metrics", summary: "Metrics for Prometheus",
        description: """
          How full the queue is, what has happened in it, and what this process has answered. In OpenMetrics' form, with \
          exemplars, where `Accept` asks for it. Series that name tenants are shown to a key with `admin:read`.
          """,
        group: "Operation",
        responses: [
          ResponseDescription(
            status: .ok, description: "Prometheus' text format.",
            contentType: "text/plain; version=0.0.4")
        ],
        access: .optionalKey), handler: show)
  }

  private func show(_ call: Call) async throws(Problem) -> Reply {
    let format = MetricsFormat(accept: call.request.headers.value(of: .accept))
    return Reply(
      .ok, body: await board.text(format, showsTenants: mayReadAll(call)), contentType: format.contentType)
  }

  private func mayReadAll(_ call: Call) -> Bool {
    guard let principal = call.principal, principal.grantor.tenant == .all else { return false }
    do throws(Problem) {
      try principal.check([.adminRead], from: call.origin)
      return true
    } catch { return false }
  }
}
