#include "doorbell/core/arch/yaml_document.h"

#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include "doorbell/core/arch/error.h"

namespace doorbell {

std::string yaml_file_text(const std::string& file) {
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  stream.peek();  // a directory opens, and only reading it fails
  if (!stream.is_open() || stream.bad()) {
    const bool none = errno == 0 || errno == ENOENT || file.empty();
    throw InputError(file.empty() ? "''" : file, 0, "file", "a readable YAML file",
                     none ? "none" : std::strerror(errno));
  }
  return {std::istreambuf_iterator<char>(stream), {}};
}

YAML::Node yaml_document(const std::string& text, const std::string& name) {
  std::vector<YAML::Node> documents;
  try {
    documents = YAML::LoadAll(text);
  } catch (const YAML::Exception& error) {
    throw InputError(name, static_cast<unsigned>(error.mark.line + 1), "syntax", "YAML", error.msg);
  }
  if (documents.size() > 1) {
    throw InputError(name, static_cast<unsigned>(documents[1].Mark().line + 1), "documents",
                     "one in a file", "a second one");
  }
  return documents.empty() ? YAML::Node() : documents.front();
}

}  // namespace doorbell
