#include <cstdlib>
#include <exception>
#include <iostream>

#include "doorbell/core/arch/error.h"
#include "platforms/command/commands.h"
#include "platforms/command/options.h"

namespace {

constexpr int input_error_status = 2;

int perform(const doorbell::RunOptions& options) {
  return doorbell::run(options);
}
int perform(const doorbell::ImportOptions& options) {
  return doorbell::import_recording(options);
}
int perform(const doorbell::ParametersOptions&) {
  return doorbell::print_parameters();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto options = doorbell::parse_command_line(argc, argv);
    if (!options) return EXIT_SUCCESS;
    return std::visit([](const auto& of_command) { return perform(of_command); }, *options);
  } catch (const doorbell::InputError& error) {
    std::cerr << "doorbell: " << error.what() << '\n';
    return input_error_status;
  } catch (const std::exception& error) {
    std::cerr << "doorbell: internal error: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
