#include <cstdlib>
#include <filesystem>

#include "platforms/command/commands.h"
#include "platforms/command/stop_request.h"
#include "platforms/exit_status.h"
#include "platforms/explore/sweep/run_point.h"

namespace doorbell {

int run_one_point(const PointOptions& options) {
  const StopRequest stop_request;
  const auto folder = std::filesystem::path(options.directory) / "points" / options.key;
  const auto outcome = sweep::run_point(folder, [] { return StopRequest::asked(); });
  return outcome ? EXIT_SUCCESS : exit_status::interrupted;
}

}  // namespace doorbell
