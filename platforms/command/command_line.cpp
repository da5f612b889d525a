#include "platforms/command/command_line.h"

#include <CLI/CLI.hpp>
#include <string>
#include <utility>

#include "doorbell/core/arch/error.h"
#include "platforms/version.h"

namespace doorbell {

CommandLine::CommandLine()
    : app_(std::make_unique<CLI::App>("A timed model of the road of a message-signalled interrupt",
                                      "doorbell")) {
  app_->set_version_flag("--version",
                         std::string(version) + " (model " + std::string(model_hash()) + ")");
}

CommandLine::~CommandLine() = default;

void CommandLine::choose(CLI::App* subcommand, Action action) {
  subcommand->callback([this, action = std::move(action)] { chosen_ = action; });
}

std::optional<Action> CommandLine::parse(int argc, const char* const* argv) {
  chosen_ = nullptr;
  try {
    app_->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0)
      throw InputError(std::string(error.what()) + "; see doorbell --help");
    app_->exit(error);
    return std::nullopt;
  }
  if (!chosen_) throw InputError("no command: expected one; see doorbell --help");
  return chosen_;
}

}  // namespace doorbell
