#include "platforms/command/trace_options.h"

#include <CLI/CLI.hpp>

namespace doorbell {

CLI::App* declare(CLI::App& app, ImportOptions& options) {
  CLI::App* trace = app.add_subcommand("trace", "Work with traces")->require_subcommand(1);
  CLI::App* import = trace->add_subcommand("import", "Make a trace from a recording");
  import->add_option("recording", options.recording, "Recording, a CSV file, gzip or plain")
      ->required();
  import->add_option("-o,--output", options.output, "Where to write the trace")->required();
  return import;
}

}  // namespace doorbell
