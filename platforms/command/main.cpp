#include <sysexits.h>

#include <cstdlib>
#include <exception>
#include <iostream>

#include "doorbell/core/arch/error.h"
#include "platforms/command/command_line.h"
#include "platforms/command/commands.h"

namespace {

constexpr int input_error_status = 2;

void add_commands(doorbell::CommandLine& command_line) {
  using namespace doorbell;
  command_line.add<RunOptions>(run);
  command_line.add<ImportOptions>(import_recording);
  command_line.add<CompareOptions>(compare);
  command_line.add<ParamsOptions>(print_parameters);
  command_line.add<SchemaOptions>(print_schema);
  command_line.add<PlatformOptions>(draw_platform);
  command_line.add<ExplainOptions>(explain);
  command_line.add<ReportOptions>(report);
  command_line.add<SweepOptions>(sweep_plan);
  command_line.add<PointOptions>(run_one_point);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    doorbell::CommandLine command_line;
    add_commands(command_line);
    const auto action = command_line.parse(argc, argv);
    return action ? (*action)() : EXIT_SUCCESS;
  } catch (const doorbell::InputError& error) {
    std::cerr << "doorbell: " << error.what() << '\n';
    return input_error_status;
  } catch (const std::exception& error) {
    std::cerr << "doorbell: internal error: " << error.what() << '\n';
    return EX_SOFTWARE;  // not 1, which is an answer of `doorbell compare`
  }
}
