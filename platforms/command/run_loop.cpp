#include "platforms/command/run_loop.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <systemc>

#include "platforms/command/progress.h"
#include "platforms/command/stop_request.h"
#include "platforms/host/detachment.h"
#include "platforms/host/terminal_line.h"

namespace doorbell {
namespace {

/// How long SystemC runs before the host looks at the terminal and at Ctrl-C again. Where the
/// slices end changes no result: they only bound how far sc_time_stamp() gets.
constexpr Time slice = 50 * microsecond;

}  // namespace

RunLoop::End RunLoop::run(const std::function<RunPosition()>& position,
                          virt::Standstill& standstill, Workload* workload) {
  TerminalLine line(stderr);
  while (!finished_) {
    run_slice();
    line.show([&](TerminalLine::Elapsed elapsed) { return progress_text(position(), elapsed); });
    if (finished_) break;
    ended_at_ = simulation_.scheduler().now();
    if (end_is_asked_for(workload)) return End::asked;
    if (nothing_is_left()) {
      if (workload == nullptr || !workload->wait()) return End::standstill;
    } else if ((workload == nullptr || !workload->watched()) && stands_still(standstill)) {
      return End::standstill;
    }
  }
  return End::finished;
}

/// The host's side is looked at by the host's clock: a slice may be over in a microsecond.
bool RunLoop::end_is_asked_for(Workload* workload) {
  constexpr std::chrono::milliseconds between_looks{10};
  if (StopRequest::asked()) return true;
  const auto now = std::chrono::steady_clock::now();
  if (workload == nullptr || now - polled_ < between_looks) return false;
  polled_ = now;
  return !workload->poll();
}

void RunLoop::finish() {
  finished_ = true;
  ended_at_ = simulation_.scheduler().now();
  sc_core::sc_pause();
  simulation_.scheduler().request_return();
}

bool RunLoop::nothing_is_left() const {
  return !sc_core::sc_pending_activity() && simulation_.scheduler().next_due() == never;
}

/// Where the answer is no, the next look is further away each time.
bool RunLoop::stands_still(virt::Standstill& standstill) {
  if (ended_at_ < look_again_at_ || !standstill.suspected(ended_at_)) return false;
  if (standstill.certain() || would_stand_still(standstill)) return true;
  look_again_at_ = ended_at_ + look_again_after_;
  look_again_after_ *= 2;
  return false;
}

/// Tried in a copy of this process, so that nothing happens to the run itself if the answer is no.
bool RunLoop::would_stand_still(virt::Standstill& standstill) {
  const pid_t copy = fork();
  // What the copy's software prints, or writes to a drive, it may do again when it is its time.
  if (copy == 0) {
    _exit(detach_from_host() && try_out(standstill) ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  int status = EXIT_FAILURE;
  while (copy > 0 && waitpid(copy, &status, 0) < 0 && errno == EINTR) {
  }
  return status == EXIT_SUCCESS;
}

/// Without the processors everything must come to rest; and then, with nothing left but them, what
/// they poll must still be what it was.
bool RunLoop::try_out(virt::Standstill& standstill) {
  const auto before = standstill.state();
  standstill.hold();
  if (!run_until([&] { return nothing_is_left(); })) return false;
  standstill.release();
  return run_until([&] { return finished_ || standstill.came_round(before); }) && !finished_ &&
         standstill.unchanged(before);
}

/// False if that takes more than a simulated second, or more of the host's time than only work that
/// would go on can take.
bool RunLoop::run_until(const std::function<bool()>& condition) {
  constexpr Time simulated_limit = second;
  constexpr std::chrono::seconds host_limit{2};
  const Time last = simulation_.scheduler().now() + simulated_limit;
  const auto host_last = std::chrono::steady_clock::now() + host_limit;
  while (!condition()) {
    const Time due = simulation_.scheduler().next_due();
    if (due != never && due > last) return false;
    if (std::chrono::steady_clock::now() > host_last) return false;
    run_slice();
  }
  return true;
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
