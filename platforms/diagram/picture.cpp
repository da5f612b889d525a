#include "platforms/diagram/picture.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "doorbell/core/arch/error.h"

namespace doorbell {
namespace {

/// A file that takes the name of `target` when it is whole, and disappears otherwise.
class NewFile {
 public:
  explicit NewFile(const std::string& target) : target_(target), partial_(target + ".partial") {
    if (!std::ofstream(partial_)) fail();
  }
  ~NewFile() {
    std::error_code gone_already;
    std::filesystem::remove(partial_, gone_already);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  const std::string& path() const { return partial_; }
  void write(const std::string& text) const {
    std::ofstream stream(partial_);
    if (!(stream << text << std::flush)) fail();
  }
  void keep() const {
    std::error_code error;
    std::filesystem::rename(partial_, target_, error);
    if (error) fail();
  }

 private:
  [[noreturn]] void fail() const {
    throw InputError(target_, 0, "picture", "a file that can be written", "none");
  }

  std::string target_;
  std::string partial_;
};

/// The exit status of `dot -T<kind> -o <output> <source>`.
int run_dot(const std::string& kind, const std::string& output, const std::string& source) {
  std::string name = "dot";
  std::string format = "-T" + kind;
  std::string option = "-o" + output;
  std::string input = source;
  std::array<char*, 5> arguments{name.data(), format.data(), option.data(), input.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  // It warns of fonts that a machine without a screen doesn't have.
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int error =
      posix_spawnp(&child, name.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw InputError("dot", 0, "program", "Graphviz (Debian: graphviz), or a .dot file", "none");
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

void write_picture(const std::string& text, const std::string& file) {
  const std::string ending = std::filesystem::path(file).extension();
  if (ending != ".svg" && ending != ".png" && ending != ".pdf" && ending != ".dot") {
    throw InputError(file, 0, "picture", "a name ending in .svg, .png, .pdf or .dot",
                     ending.empty() ? "no ending" : "'" + ending + "'");
  }
  const NewFile picture(file);
  if (ending == ".dot") {
    picture.write(text);
    return picture.keep();
  }
  const NewFile source(file + ".dot");
  source.write(text);
  const int status = run_dot(ending.substr(1), picture.path(), source.path());
  if (status != 0)
    throw InputError(file, 0, "dot", "a picture", "status " + std::to_string(status));
  picture.keep();
}

}  // namespace doorbell
