#pragma once

#include <string>

namespace doorbell {

/// Writes a picture of what `text` says in the language of Graphviz's `dot`. The file's ending says
/// of what kind: .svg, .png, .pdf, or .dot for the text itself, which needs no Graphviz. InputError
/// when it is none of these, when `dot` isn't installed, and when the file can't be written; what
/// stood there before stays whole then.
void write_picture(const std::string& text, const std::string& file);

}  // namespace doorbell
