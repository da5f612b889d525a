#include "platforms/command/options.h"

#include <CLI/CLI.hpp>

#include "doorbell/core/arch/error.h"
#include "platforms/version.h"

namespace doorbell {
namespace {

CLI::App* add_run(CLI::App& app, RunOptions& options) {
  CLI::App* run =
      app.add_subcommand("run", "Replay a workload on a platform and report what it took");
  run->add_option("description", options.description, "YAML description of the platform")
      ->required();
  run->add_option("--workload", options.workload, "Trace to replay, gzip or plain")->required();
  run->add_option("--set", options.settings,
                  "KEY=VALUE: a parameter laid over the description; may be repeated")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
  run->add_option("--stats", options.statistics, "Write all statistics to this file, as JSON");
  auto* trace =
      run->add_option("--trace", options.trace, "Write a Chrome trace of single MSIs to this file");
  run->add_option("--trace-from", options.trace_from, "First MSI in that trace")
      ->needs(trace)
      ->capture_default_str();
  run->add_option("--trace-count", options.trace_count, "How many MSIs it holds")
      ->needs(trace)
      ->capture_default_str();
  return run;
}

CLI::App* add_import(CLI::App& app, ImportOptions& options) {
  CLI::App* trace = app.add_subcommand("trace", "Work with traces")->require_subcommand(1);
  CLI::App* import = trace->add_subcommand("import", "Make a trace from a recording");
  import->add_option("recording", options.recording, "Recording, a CSV file, gzip or plain")
      ->required();
  import->add_option("-o,--output", options.output, "Where to write the trace")->required();
  return import;
}

}  // namespace

std::optional<Options> parse_command_line(int argc, const char* const* argv) {
  CLI::App app("A timed model of the road of a message-signalled interrupt", "doorbell");
  app.set_version_flag("--version", std::string(version));
  RunOptions run;
  ImportOptions import;
  const CLI::App* run_command = add_run(app, run);
  const CLI::App* import_command = add_import(app, import);
  const CLI::App* parameters_command =
      app.add_subcommand("parameters", "Print the description of a platform with all defaults");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0)
      throw InputError(std::string(error.what()) + "; see doorbell --help");
    app.exit(error);
    return std::nullopt;
  }
  if (run_command->parsed()) return run;
  if (import_command->parsed()) return import;
  if (parameters_command->parsed()) return ParametersOptions{};
  throw InputError("no command: expected run, trace import or parameters; see doorbell --help");
}

}  // namespace doorbell
