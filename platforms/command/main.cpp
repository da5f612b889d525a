#include <cstdlib>
#include <exception>
#include <iostream>
#include <systemc>

#include "doorbell/core/arch/error.h"
#include "platforms/command/commands.h"
#include "platforms/command/options.h"

namespace {

constexpr int input_error_status = 2;

void perform(const doorbell::RunOptions& options) {
  doorbell::run(options);
}
void perform(const doorbell::ImportOptions& options) {
  doorbell::import_recording(options);
}
void perform(const doorbell::ParametersOptions&) {
  doorbell::print_parameters();
}

}  // namespace

int sc_main(int argc, char** argv) {
  try {
    if (const auto options = doorbell::parse_command_line(argc, argv)) {
      std::visit([](const auto& of_command) { perform(of_command); }, *options);
    }
    return EXIT_SUCCESS;
  } catch (const doorbell::InputError& error) {
    std::cerr << "doorbell: " << error.what() << '\n';
    return input_error_status;
  } catch (const std::exception& error) {
    std::cerr << "doorbell: internal error: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}

int main(int argc, char** argv) {
  // The output belongs to the run, so that it is the same everywhere.
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  return sc_core::sc_elab_and_sim(argc, argv);
}
