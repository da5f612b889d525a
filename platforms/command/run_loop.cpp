#include "platforms/command/run_loop.h"

#include <systemc>

#include "platforms/command/progress.h"
#include "platforms/command/stop_request.h"
#include "platforms/host/terminal_line.h"

namespace doorbell {
namespace {

/// How long SystemC runs before the host looks at the terminal and at Ctrl-C again. Where the
/// slices end changes no result: they only bound how far sc_time_stamp() gets.
constexpr Time slice = 50 * microsecond;

}  // namespace

RunLoop::End RunLoop::run(const std::function<RunPosition()>& position) {
  TerminalLine line(stderr);
  while (!finished_) {
    run_slice();
    line.show([&](TerminalLine::Elapsed elapsed) { return progress_text(position(), elapsed); });
    if (finished_) break;
    ended_at_ = simulation_.scheduler().now();
    if (StopRequest::asked()) return End::asked;
    if (!sc_core::sc_pending_activity() && simulation_.scheduler().next_due() == never) {
      return End::standstill;
    }
  }
  return End::finished;
}

void RunLoop::finish() {
  finished_ = true;
  ended_at_ = simulation_.scheduler().now();
  sc_core::sc_pause();
  simulation_.scheduler().request_return();
}

void RunLoop::run_slice() {
  try {
    sc_core::sc_start(sc_core::sc_time::from_value(slice));
  } catch (const sc_core::sc_report&) {
    if (const std::exception_ptr failure = simulation_.kernel().failure()) {
      std::rethrow_exception(failure);
    }
    throw;
  }
}

}  // namespace doorbell
