#include "platforms/diagram/picture.h"

#include <filesystem>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/output_file.h"
#include "platforms/host/child_process.h"

namespace doorbell {
namespace {

/// Runs `dot -T<kind> -o<output> <source>`. What it prints is warnings of fonts that a machine
/// without a screen doesn't have.
ChildEnd run_dot(const std::string& kind, const std::string& output, const std::string& source) {
  const auto end = run_child({"dot", "-T" + kind, "-o" + output, source}, {.kept = 4096});
  if (end->not_found())
    throw InputError("dot", 0, "program", "Graphviz (Debian: graphviz), or a .dot file", "none");
  return *end;
}

void write_text(const std::string& text, const std::string& file) {
  OutputFile output(file);
  output.write(text);
  output.close();
}

}  // namespace

void write_picture(const std::string& text, const std::string& file) {
  const std::string ending = std::filesystem::path(file).extension();
  if (ending != ".svg" && ending != ".png" && ending != ".pdf" && ending != ".dot") {
    throw InputError(file, 0, "picture", "a name ending in .svg, .png, .pdf or .dot",
                     ending.empty() ? "no ending" : "'" + ending + "'");
  }
  if (ending == ".dot") return write_text(text, file);
  // That it can't be written is said in its own name, not in that of a file beside it.
  { const OutputFile tried(file); }
  NewFile picture(file);
  const NewFile source(file + ".dot");  // for the program alone, and never kept
  write_text(text, source.written());
  const ChildEnd end = run_dot(ending.substr(1), picture.written(), source.written());
  if (!end.succeeded())
    throw InputError(file, 0, "dot", "a picture",
                     end.signal != 0 ? "signal " + std::to_string(end.signal)
                                     : "status " + std::to_string(end.status));
  picture.keep();
}

}  // namespace doorbell
