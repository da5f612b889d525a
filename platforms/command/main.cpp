#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <system_error>

#include "platforms/command/command_line.h"
#include "platforms/command/commands.h"
#include "platforms/command/last_words.h"
#include "platforms/exit_status.h"

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
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    throw std::system_error(errno != 0 ? errno : EIO, std::generic_category());
  return status;
}

/// Says why the command ends, and with what status.
int end_with(const std::exception_ptr& exception) {
  const doorbell::LastWords last = doorbell::last_words(exception, std::ferror(stdout) != 0);
  std::cerr << last.text << '\n';
  return last.status;
}

/// What nobody could catch, such as an exception of a thread: status 70 as any defect, and not the
/// signal that would look like a crash of the machine's.
[[noreturn]] void end_at_once() {
  const std::exception_ptr exception = std::current_exception();
  std::_Exit(exception ? end_with(exception) : doorbell::exit_status::internal_error);
}

}  // namespace

int main(int argc, char** argv) {
  std::set_terminate(end_at_once);
  try {
    return run_command(argc, argv);
  } catch (...) {
    return end_with(std::current_exception());
  }
}
