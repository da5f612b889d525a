#pragma once

#include <functional>
#include <memory>
#include <optional>

namespace CLI {
class App;
}

namespace doorbell {

/// What a subcommand does; its exit status.
using Action = std::function<int()>;

/// The subcommands of `doorbell`. Each has a struct of options with a function
/// `CLI::App* declare(CLI::App&, Options&)` beside it, which adds the subcommand and returns it.
class CommandLine {
 public:
  CommandLine();
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// Adds the subcommand that `Options` belongs to; `perform` carries it out.
  template <class Options>
  void add(std::function<int(const Options&)> perform) {
    auto options = std::make_shared<Options>();
    choose(declare(app(), *options),
           [options, perform = std::move(perform)] { return perform(*options); });
  }

  /// What the command line asks for. Nothing when it asked for help or the version, which have been
  /// printed. InputError for anything that it shouldn't say.
  std::optional<Action> parse(int argc, const char* const* argv);

 private:
  CLI::App& app() { return *app_; }
  /// When `subcommand` is asked for, `action` is what it does.
  void choose(CLI::App* subcommand, Action action);

  std::unique_ptr<CLI::App> app_;
  Action chosen_;
};

}  // namespace doorbell
