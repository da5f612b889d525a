#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace doorbell {

/// `doorbell run DESCRIPTION --workload TRACE ...`
struct RunOptions {
  std::string description;            ///< A YAML file of the platform.
  std::string workload;               ///< A trace in the project's format.
  std::vector<std::string> settings;  ///< "path.key=value", laid over the description in order.
  std::string statistics;             ///< Where to write the statistics; empty for nowhere.
  std::string trace;                  ///< Where to write the Chrome trace; empty for nowhere.
  std::uint64_t trace_from =
      0;  ///< The first MSI in the trace, counted in the order of their starts.
  std::uint64_t trace_count = 1000;  ///< How many of them.
};

/// `doorbell trace import RECORDING -o TRACE`
struct ImportOptions {
  std::string recording;
  std::string output;
};

/// `doorbell parameters`: the description with all defaults, as YAML with comments.
struct ParametersOptions {};

using Options = std::variant<RunOptions, ImportOptions, ParametersOptions>;

/// What the command line asks for. Nothing when it asked for help or the version, which have been
/// printed. InputError for anything that it shouldn't say.
std::optional<Options> parse_command_line(int argc, const char* const* argv);

}  // namespace doorbell
