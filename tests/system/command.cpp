#include "tests/system/command.h"

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace doorbell::testing {

CommandResult run_doorbell(const std::string& arguments) {
  return run_command(std::string(DOORBELL_COMMAND) + " " + arguments);
}

CommandResult run_command(const std::string& command) {
  const ScratchDirectory scratch;
  const std::string output = scratch.path("output");
  const std::string errors = scratch.path("errors");
  const int status =
      std::system((command + " </dev/null >'" + output + "' 2>'" + errors + "'").c_str());
  return {.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .output = read_file(output),
          .errors = read_file(errors)};
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("can't read " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string source_path(const std::string& name) {
  return std::string(DOORBELL_SOURCE_DIR) + "/" + name;
}

}  // namespace doorbell::testing
