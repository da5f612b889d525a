#include "traces/import/import.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "platforms/command/commands.h"
#include "platforms/command/files_apart.h"

namespace doorbell {

int import_recording(const ImportOptions& options) {
  check_apart(
      {{"recording", options.recording}, {"--output", options.output, CommandFile::Use::written}});
  trace::ImportOptions how;
  if (isatty(fileno(stderr)) != 0) {
    how.progress = [](double done) {
      fmt::print(stderr, "\r{:.0f} %\033[K", 100 * done);
      std::fflush(stderr);
    };
  }
  const trace::Summary summary = trace::import_recording(options.recording, options.output, how);
  if (how.progress) std::fputs("\r\033[K", stderr);
  fmt::print("{}", trace::describe(summary));
  return EXIT_SUCCESS;
}

}  // namespace doorbell
