#include "platforms/diagram/dot_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <vector>

namespace doorbell {
namespace {

using Block = Diagram::Block;
using Socket = Diagram::Socket;

constexpr const char* head = R"(digraph platform {
  graph [rankdir=LR, fontname="Helvetica", fontsize=13, nodesep=0.25, ranksep=1.1, splines=spline,
         bgcolor="white", pad=0.3]
  node [shape=plain, fontname="Helvetica", fontsize=11]
  edge [fontname="Helvetica", fontsize=8, penwidth=1.3, arrowsize=0.6]
)";

/// Apart for the eye, with good contrast on white also in print (Okabe and Ito's palette, darker).
constexpr std::array colours{"#0b5394", "#b45309", "#00785a", "#9b2f7f", "#6b7280", "#a61c1c"};
constexpr std::array cluster_fills{"#f8fafc", "#eef3f8", "#e2eaf2"};

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

/// For labels in Graphviz's HTML.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else {
      result += c;
    }
  }
  return result;
}

std::string cell(const Socket* socket, const char* alignment) {
  if (socket == nullptr) return "<TD></TD>";
  return fmt::format(R"(<TD PORT={} ALIGN="{}"><FONT POINT-SIZE="9">{}</FONT></TD>)",
                     quoted(socket->name), alignment, escaped(socket->name));
}

/// Who is called on the left, who calls on the right.
std::string rows(const Block& block) {
  std::vector<const Socket*> targets;
  std::vector<const Socket*> initiators;
  for (const Socket& socket : block.sockets)
    (socket.initiator ? initiators : targets).push_back(&socket);
  std::string rows;
  for (std::size_t i = 0; i < std::max(targets.size(), initiators.size()); ++i) {
    rows += fmt::format("<TR>{}{}</TR>", cell(i < targets.size() ? targets[i] : nullptr, "LEFT"),
                        cell(i < initiators.size() ? initiators[i] : nullptr, "RIGHT"));
  }
  return rows;
}

/// What the box leaves out.
std::string note(const Block& block) {
  if (block.unbound == 0) return "";
  return fmt::format(
      "<TR><TD COLSPAN=\"2\"><FONT POINT-SIZE=\"8\" COLOR=\"#94a3b8\">{} more, not "
      "bound</FONT></TD></TR>",
      block.unbound);
}

std::string label_of(const Diagram::Binding& binding) {
  return binding.count == 1 ? binding.protocol
                            : fmt::format("{} ×{}", binding.protocol, binding.count);
}

class Writer {
 public:
  explicit Writer(const Diagram& diagram) : text_(head) {
    for (const Diagram::Binding& binding : diagram.bindings)
      colours_.try_emplace(binding.protocol, colours[colours_.size() % colours.size()]);
    cluster(diagram.top, 0);
    for (const Diagram::Binding& binding : diagram.bindings)
      arrow(binding);
    text_ += "}\n";
  }
  std::string take() { return std::move(text_); }

 private:
  void add(const Block& block, unsigned depth) {
    if (block.blocks.empty()) {
      box(block);
    } else {
      cluster(block, depth);
    }
  }

  void cluster(const Block& block, unsigned depth) {
    write("subgraph {} {{\n", quoted("cluster " + block.path));
    write("label=<<B>{}</B>  <FONT POINT-SIZE=\"9\" COLOR=\"#64748b\">{}</FONT>>\n",
          escaped(block.name), escaped(block.model));
    write("style=\"rounded,filled\"; fillcolor=\"{}\"; color=\"#94a3b8\"; labeljust=l; margin=14\n",
          cluster_fills[std::min<std::size_t>(depth, cluster_fills.size() - 1)]);
    if (!block.sockets.empty()) box(block);
    for (const Block& inner : block.blocks)
      add(inner, depth + 1);
    write("}}\n");
  }

  void box(const Block& block) {
    write(
        "{} [label=<<TABLE BORDER=\"1\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"3\" "
        "STYLE=\"ROUNDED\" COLOR=\"#334155\" BGCOLOR=\"white\">",
        quoted(block.path));
    write(
        "<TR><TD COLSPAN=\"2\"><B>{}</B><BR/><FONT POINT-SIZE=\"8\" "
        "COLOR=\"#64748b\">{}</FONT></TD></TR>",
        escaped(block.name), escaped(block.model));
    write("{}{}</TABLE>>]\n", rows(block), note(block));
    for (const Socket& socket : block.sockets)
      places_[socket.path] = quoted(block.path) + ":" + quoted(socket.name);
  }

  void arrow(const Diagram::Binding& binding) {
    const std::string& colour = colours_.at(binding.protocol);
    write("{}:e -> {}:w [label=\" {} \", color=\"{}\", fontcolor=\"{}\"]\n",
          places_.at(binding.from), places_.at(binding.to), label_of(binding), colour, colour);
  }

  template <class... Arguments>
  void write(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
  }

  std::string text_;
  std::map<std::string, std::string> places_;   ///< Of sockets, by path.
  std::map<std::string, std::string> colours_;  ///< By protocol.
};

}  // namespace

std::string dot_text(const Diagram& diagram) {
  return Writer(diagram).take();
}

}  // namespace doorbell
