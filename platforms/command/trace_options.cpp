#include "platforms/command/trace_options.h"

#include <CLI/CLI.hpp>

namespace doorbell {

namespace {

/// What all that is done with traces stands below.
CLI::App& trace_command(CLI::App& app) {
  static const std::string name = "trace";
  const auto there =
      app.get_subcommands([](const CLI::App* each) { return each->get_name() == name; });
  if (!there.empty()) return *there.front();
  return *app.add_subcommand(name, "Work with traces")->require_subcommand(1);
}

}  // namespace

CLI::App* declare(CLI::App& app, ImportOptions& options) {
  CLI::App* import = trace_command(app).add_subcommand("import", "Make a trace from a recording");
  import->add_option("recording", options.recording, "Recording, a CSV file, gzip or plain")
      ->required();
  import->add_option("-o,--output", options.output, "Where to write the trace")->required();
  return import;
}

CLI::App* declare(CLI::App& app, MakeOptions& options) {
  CLI::App* make =
      trace_command(app).add_subcommand("make", "Make a trace from the description of a workload");
  make->add_option("description", options.description, "A .yaml that describes a workload")
      ->required();
  make->add_option("--set", options.settings,
                   "workload.KEY=VALUE: a parameter laid over the file; may be repeated")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
  make->add_option("-o,--output", options.output, "Where to write the trace")->required();
  return make;
}

}  // namespace doorbell
