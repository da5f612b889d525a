#include "platforms/report/description_text.h"

#include <fmt/format.h>

#include <iterator>

namespace doorbell {
namespace {

constexpr std::size_t comment_column = 44;

class Writer {
 public:
  void children(const ParameterNode& node, unsigned depth) {
    for (const auto& child : node.children)
      write(*child, depth);
  }
  std::string take() { return std::move(text_); }

 private:
  void write(const ParameterNode& node, unsigned depth) {
    if (node.parameter != nullptr) {
      value(*node.parameter, node.name, depth);
      return;
    }
    if (depth == 0) text_ += '\n';
    if (!node.help.empty()) line(depth, "# {}", node.help);
    line(depth, "{}:", node.name);
    if (node.list == nullptr) {
      children(node, depth + 1);
    } else {
      for (const auto& element : node.children)
        sequence_element(*element, depth + 1);
    }
  }

  /// The dash stands where the element's first key would be indented.
  void sequence_element(const ParameterNode& element, unsigned depth) {
    const std::size_t start = text_.size();
    children(element, depth + 1);
    text_[start + 2 * depth] = '-';
  }

  void value(const Parameter& parameter, const std::string& name, unsigned depth) {
    const ParameterInfo& info = parameter.info();
    // A text may look like something else to YAML: a date, a number.
    const char* const quote = parameter.kind() == Parameter::Kind::text ? "\"" : "";
    std::string entry =
        fmt::format("{:{}}{}: {}{}{}", "", 2 * depth, name, quote, parameter.text(), quote);
    if (entry.size() < comment_column) entry.resize(comment_column, ' ');
    const std::string_view help = info.help;
    const bool explained = !help.empty();
    fmt::format_to(std::back_inserter(text_), "{} # {}{}{}", entry,
                   help.substr(0, help.find_last_not_of('.') + 1), explained ? "; " : "",
                   parameter.expectation());
    if (!info.source.empty()) {
      fmt::format_to(std::back_inserter(text_), ". Source: {}", info.source);
    }
    text_ += '\n';
  }

  template <class... Arguments>
  void line(unsigned depth, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    text_.append(2 * depth, ' ');
    fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }

  std::string text_;
};

}  // namespace

std::string description_text(const ParameterTree& tree) {
  Writer writer;
  writer.children(tree.root(), 0);
  return writer.take();
}

}  // namespace doorbell
