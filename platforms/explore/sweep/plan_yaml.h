#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "platforms/explore/sweep/plan.h"

namespace doorbell::sweep {

/// Takes a plan's YAML apart. Whatever is of another shape than asked for is an InputError with the
/// plan's file and the line.
class PlanYaml {
 public:
  explicit PlanYaml(const std::string& file) : file_(file) {}

  /// What is done with the value of a key.
  struct Key {
    std::string name;
    std::function<void(const YAML::Node&)> read;
  };

  /// A group: each of its keys is one of `keys` and stands there once. `where` is what errors call
  /// it.
  void group(const YAML::Node& node, const std::string& where, const std::vector<Key>& keys) const;
  /// The entries of a group whose keys are free, in their order; no key twice.
  void entries(const YAML::Node& node, const std::string& where,
               const std::function<void(const PlanText&, const YAML::Node&)>& read) const;
  PlanText text(const YAML::Node& node, const std::string& where) const;
  /// A list of at least one text; a single text is a list of one.
  std::vector<PlanText> texts(const YAML::Node& node, const std::string& where) const;
  std::uint64_t integer(const YAML::Node& node, const std::string& where,
                        std::uint64_t minimum) const;

  [[noreturn]] void fail(const YAML::Node& node, const std::string& where,
                         const std::string& expected) const;
  static unsigned line_of(const YAML::Node& node);

 private:
  const std::string& file_;
};

}  // namespace doorbell::sweep
