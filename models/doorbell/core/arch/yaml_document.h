#pragma once

#include <string>

namespace YAML {
class Node;
}

namespace doorbell {

/// The text of a YAML file. InputError, in the name of the file, where there is none to read.
std::string yaml_file_text(const std::string& file);

/// The one document that a YAML text holds, null for an empty one. InputError with `name`, which is
/// what errors call the text, and line for what isn't YAML, and for a second document: whoever
/// wrote it would take it for read.
YAML::Node yaml_document(const std::string& text, const std::string& name);

}  // namespace doorbell
