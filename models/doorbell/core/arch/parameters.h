#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "doorbell/core/arch/time.h"

namespace doorbell {

/// What a reader needs to know of a parameter besides its name.
struct ParameterInfo {
  std::string unit;  ///< "entries", "cycles", "bytes"; times and frequencies know theirs.
  std::uint64_t minimum = 0;
  std::uint64_t maximum = std::numeric_limits<std::uint64_t>::max();
  bool power_of_two = false;
  std::string source;      ///< Where the default comes from.
  std::string help;        ///< One line.
  bool host_only = false;  ///< Can't change a result; left out of the statistics.
  /// Guests can read it and rely on it: it stays what it was when a checkpoint is restored.
  bool visible_to_software = false;
};

/// The place of one value, and how it is written.
class Parameter {
 public:
  enum class Kind : std::uint8_t {
    unsigned_32,
    unsigned_64,
    boolean,
    text,
    choice,
    time,
    frequency,
    factor
  };

  const std::string& path() const { return path_; }
  Kind kind() const { return kind_; }
  const ParameterInfo& info() const { return info_; }
  const std::string& default_text() const { return default_text_; }
  /// The names of a choice's values, in the order of the description; empty for other kinds.
  const std::vector<std::string>& choices() const { return choice_names_; }
  /// The present value as it is written in YAML: "32", "170ns", "1GHz", "true", "requester".
  std::string text() const;
  /// The present value as a number: integers, booleans, picoseconds, hertz, thousandths of a
  /// factor, the place among the choices.
  std::uint64_t number() const { return read_(); }
  /// The values allowed: "1 to 65536, a power of two", "requester or vc"; empty when all are.
  std::string range() const;
  /// What may be written: "a number of entries (1 to 65536, a power of two)", "a time such as
  /// 170ns".
  std::string expectation() const;
  /// False, and nothing changed, when `text` isn't what `expectation` says.
  bool parse(std::string_view text);

 private:
  friend class ParameterGroup;
  friend class ParameterTree;
  bool allows(std::uint64_t value) const;

  std::string path_;
  Kind kind_ = Kind::unsigned_64;
  ParameterInfo info_;
  std::string default_text_;
  std::function<std::uint64_t()> read_;
  std::function<void(std::uint64_t)> write_;
  std::string* string_ = nullptr;          ///< Of Kind::text.
  std::vector<std::string> choice_names_;  ///< Of Kind::choice; read and write by position.
};

class ParameterNode;
class ParameterGroup;

/// A struct of parameters describes itself:
///
///     struct TlbParameters {
///       std::uint32_t entries = 32;
///       Time hit = 1 * nanosecond;
///       void describe(ParameterGroup& g) {
///         g.add("entries", entries, {.unit = "entries", .minimum = 1, .help = "..."});
///         g.time("hit", hit, {.source = "...", .help = "..."});
///       }
///     };
template <class T>
concept DescribedParameters = requires(T& parameters, ParameterGroup& group) {
  parameters.describe(group);
};

/// What a struct describes itself to. Names are in snake_case; a name given twice is a
/// std::logic_error.
class ParameterGroup {
 public:
  void add(std::string_view name, std::uint32_t& value, ParameterInfo info);
  void add(std::string_view name, std::uint64_t& value, ParameterInfo info);
  void add(std::string_view name, bool& value, ParameterInfo info);
  void add(std::string_view name, std::string& value, ParameterInfo info);
  /// An enumeration by the names of its values.
  template <class Enum>
  requires std::is_enum_v<Enum>
  void add(std::string_view name, Enum& value,
           std::initializer_list<std::pair<std::string_view, Enum>> names, ParameterInfo info);
  /// Written as `170ns`, `1.5us`, `5ps`; minimum and maximum in picoseconds.
  void time(std::string_view name, Time& value, ParameterInfo info);
  /// Written as `1GHz`, `62.5MHz`; held in hertz.
  void frequency(std::string_view name, std::uint64_t& hertz, ParameterInfo info);

  /// Written as `2`, `0.5`; value, minimum and maximum in thousandths.
  void factor(std::string_view name, std::uint32_t& thousandths, ParameterInfo info);

  /// A struct inside a struct.
  template <DescribedParameters T>
  void group(std::string_view name, T& parameters, std::string_view help = {});
  /// A list of structs, written as a YAML sequence. A later file's list replaces an earlier one;
  /// its elements start from the defaults of `T`. A YAML mapping in its place is laid over each
  /// element there is. `--set` reaches elements by their number, endpoints.0.functions=4, or all.
  template <DescribedParameters T>
  requires std::copyable<T>
  void list(std::string_view name, std::vector<T>& parameters, std::string_view help = {},
            std::size_t minimum = 0, std::size_t maximum = 65536);

 private:
  friend class ParameterTree;
  explicit ParameterGroup(ParameterNode& node) : node_(&node) {}
  void add_leaf(std::string_view name, Parameter::Kind kind, ParameterInfo info,
                std::function<std::uint64_t()> read, std::function<void(std::uint64_t)> write,
                std::vector<std::string> names = {}, std::string* string = nullptr);
  ParameterNode& add_node(std::string_view name, std::string_view help);

  ParameterNode* node_;
};

/// A node of the tree: a value, a group, or a list (whose children are called "0", "1", ...).
class ParameterNode {
 public:
  struct List {
    std::size_t minimum, maximum;
    std::function<void(std::size_t)> resize;  ///< All elements become defaults.
  };

  std::string path;
  std::string name;
  std::string help;
  std::unique_ptr<Parameter> parameter;  ///< Null in a group or list.
  std::unique_ptr<List> list;
  std::vector<std::unique_ptr<ParameterNode>> children;  ///< In the order of the description.

  ParameterNode* child(std::string_view child_name) const;
  /// The child's name nearest to `wrong`; empty when there is none.
  std::string nearest_child(std::string_view wrong) const;
};

/// All parameters of a system by path, filled in over their defaults. The structs stay where they
/// are and belong to the caller. Whatever is wrong with an input is an InputError.
class ParameterTree {
 public:
  template <DescribedParameters T>
  explicit ParameterTree(T& root)
      : describe_([&root](ParameterGroup& group) { root.describe(group); }) {
    rebuild();
  }

  /// "path.key=value", as given to the option `--set`. `*` in place of an element's number stands
  /// for all elements of the list: endpoints.*.functions=4.
  void set(std::string_view assignment);

  /// Every value, in the order of the description.
  std::vector<const Parameter*> all() const;
  /// Null when there is none of this path.
  const Parameter* find(std::string_view path) const;

  const ParameterNode& root() const { return *root_; }

  // For readers of a file format. `file` and `line` are where they are; nodes are gone after
  // `resize`.

  /// The child `key` of `parent`, or an InputError that suggests the nearest name.
  const ParameterNode& child(const ParameterNode& parent, std::string_view key,
                             const std::string& file, unsigned line) const;
  /// What a path leads to, `*` being all elements of a list: at least one node.
  std::vector<const ParameterNode*> matching(std::string_view path, const std::string& file,
                                             unsigned line) const;
  void set(const ParameterNode& leaf, std::string_view text, const std::string& file,
           unsigned line);
  /// Makes `list` one of `size` defaults, and returns its new node.
  const ParameterNode& resize(const ParameterNode& list, std::size_t size, const std::string& file,
                              unsigned line);

 private:
  const ParameterNode* search(std::string_view path) const;
  void rebuild();

  std::function<void(ParameterGroup&)> describe_;
  std::unique_ptr<ParameterNode> root_;
  std::map<std::string, std::string> defaults_;  ///< By path, kept over rebuilds.
};

template <class Enum>
requires std::is_enum_v<Enum>
void ParameterGroup::add(std::string_view name, Enum& value,
                         std::initializer_list<std::pair<std::string_view, Enum>> names,
                         ParameterInfo info) {
  std::vector<std::string> texts;
  std::vector<Enum> values;
  for (const auto& [text, one] : names) {
    texts.emplace_back(text);
    values.push_back(one);
  }
  add_leaf(
      name, Parameter::Kind::choice, std::move(info),
      [&value, values] {
        const auto found = std::find(values.begin(), values.end(), value);
        return static_cast<std::uint64_t>(found - values.begin());
      },
      [&value, values](std::uint64_t i) { value = values[i]; }, std::move(texts));
}

template <DescribedParameters T>
void ParameterGroup::group(std::string_view name, T& parameters, std::string_view help) {
  ParameterGroup inner(add_node(name, help));
  parameters.describe(inner);
}

template <DescribedParameters T>
requires std::copyable<T>
void ParameterGroup::list(std::string_view name, std::vector<T>& parameters, std::string_view help,
                          std::size_t minimum, std::size_t maximum) {
  ParameterNode& node = add_node(name, help);
  node.list = std::make_unique<ParameterNode::List>();
  node.list->minimum = minimum;
  node.list->maximum = maximum;
  node.list->resize = [&parameters](std::size_t size) { parameters.assign(size, T{}); };
  ParameterGroup elements(node);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    elements.group(std::to_string(i), parameters[i], help);
  }
}

}  // namespace doorbell
