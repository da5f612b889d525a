#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <system_error>

#include "doorbell/core/arch/error.h"
#include "platforms/command/command_line.h"
#include "platforms/command/commands.h"
#include "platforms/exit_status.h"
#include "platforms/software_error.h"

namespace {

void add_commands(doorbell::CommandLine& command_line) {
  using namespace doorbell;
  command_line.add<RunOptions>(run);
  command_line.add<ImportOptions>(import_recording);
  command_line.add<MakeOptions>(make_trace);
  command_line.add<CompareOptions>(compare);
  command_line.add<ParamsOptions>(print_parameters);
  command_line.add<SchemaOptions>(print_schema);
  command_line.add<PlatformOptions>(draw_platform);
  command_line.add<ExplainOptions>(explain);
  command_line.add<ReportOptions>(report);
  command_line.add<SweepOptions>(sweep_plan);
  command_line.add<PointOptions>(run_one_point);
}

int run_command(int argc, char** argv) {
  doorbell::CommandLine command_line;
  add_commands(command_line);
  const auto action = command_line.parse(argc, argv);
  const int status = action ? (*action)() : EXIT_SUCCESS;
  // What stands in the buffer must have come out, too, before a command may say that all went well.
  if (std::fflush(stdout) != 0) throw std::system_error(errno, std::generic_category());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  namespace exit_status = doorbell::exit_status;
  try {
    return run_command(argc, argv);
  } catch (const doorbell::InputError& error) {
    std::cerr << "doorbell: " << error.what() << '\n';
    return exit_status::input_error;
  } catch (const doorbell::SoftwareError& error) {
    std::cerr << "doorbell: " << error.what() << '\n';
    return exit_status::software_failed;
  } catch (const std::system_error& error) {
    // A full disk behind standard output is the host's, anything else ours.
    const bool output = std::ferror(stdout) != 0;
    std::cerr << "doorbell: "
              << (output ? "standard output cannot be written: " + error.code().message()
                         : std::string("internal error: ") + error.what())
              << '\n';
    return output ? exit_status::input_error : exit_status::internal_error;
  } catch (const std::exception& error) {
    std::cerr << "doorbell: internal error: " << error.what() << '\n';
    return exit_status::internal_error;  // not 1, which is an answer of `doorbell compare`
  }
}
