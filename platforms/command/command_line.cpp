#include "platforms/command/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
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

namespace {

/// A shell's variable that isn't set; what is left out would count as not given, and a run end
/// without its file.
void refuse_empty(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    // The only value that may be a text without anything in it.
    if (option->get_name() == "--append") continue;
    const auto& values = option->results();
    if (std::find(values.begin(), values.end(), "") != values.end())
      throw InputError(option->get_name() + ": expected a value, found ''");
  }
  for (const CLI::App* subcommand : app.get_subcommands())
    refuse_empty(*subcommand);
}

}  // namespace

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
  refuse_empty(*app_);
  if (!chosen_) throw InputError("no command: expected one; see doorbell --help");
  return chosen_;
}

}  // namespace doorbell
