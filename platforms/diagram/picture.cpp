#include "platforms/diagram/picture.h"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "doorbell/core/arch/error.h"
#include "platforms/host/child_process.h"

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

/// Runs `dot -T<kind> -o<output> <source>`. What it prints is warnings of fonts that a machine
/// without a screen doesn't have.
ChildEnd run_dot(const std::string& kind, const std::string& output, const std::string& source) {
  const auto end = run_child({"dot", "-T" + kind, "-o" + output, source}, {.kept = 4096});
  if (end->not_found())
    throw InputError("dot", 0, "program", "Graphviz (Debian: graphviz), or a .dot file", "none");
  return *end;
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
  const ChildEnd end = run_dot(ending.substr(1), picture.path(), source.path());
  if (!end.succeeded())
    throw InputError(file, 0, "dot", "a picture",
                     end.signal != 0 ? "signal " + std::to_string(end.signal)
                                     : "status " + std::to_string(end.status));
  picture.keep();
}

}  // namespace doorbell
