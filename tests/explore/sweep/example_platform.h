#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/parameter_yaml.h"
#include "doorbell/core/arch/parameters.h"
#include "platforms/explore/sweep/expansion.h"

namespace doorbell::sweep {

struct ExampleCache {
  std::uint32_t entries = 32;
  std::uint32_t ways = 4;
  std::uint64_t seed = 1;
  Time hit = 10 * nanosecond;

  void describe(ParameterGroup& group) {
    group.add("entries", entries,
              {.unit = "entries", .minimum = 1, .maximum = 4096, .power_of_two = true});
    group.add("ways", ways, {.unit = "ways", .minimum = 1, .maximum = 1000});
    group.add("seed", seed, {});
    group.time("hit", hit, {});
  }
};

struct ExampleDrive {
  std::uint32_t lanes = 4;
  void describe(ParameterGroup& group) { group.add("lanes", lanes, {.minimum = 1, .maximum = 32}); }
};

struct ExampleWorkload {
  std::uint32_t depth = 1;
  void describe(ParameterGroup& group) { group.add("depth", depth, {.minimum = 1, .maximum = 8}); }
};

/// A platform that no block of the project is part of.
struct ExamplePlatform {
  ExampleCache cache;
  std::uint64_t clock = 1'000'000'000;
  std::uint32_t speed = 1000;
  bool fast = false;
  std::vector<ExampleDrive> drives{1};
  std::uint32_t threads = 1;
  std::optional<ExampleWorkload> workload;

  void describe(ParameterGroup& group) {
    group.group("cache", cache);
    group.frequency("clock", clock, {});
    group.factor("speed", speed, {.minimum = 10, .maximum = 100'000});
    group.add("fast", fast, {});
    group.list("drives", drives, "", 1, 8);
    group.add("threads", threads, {.host_only = true});
    if (workload) group.group("workload", *workload);
  }
};

struct ExampleHolder {
  explicit ExampleHolder(bool is_described) {
    if (is_described) platform.workload = ExampleWorkload{};
    tree.emplace(platform);
  }
  ExamplePlatform platform;
  std::optional<ParameterTree> tree;
};

/// Takes the text itself for an overlay's or a description's name, so that tests need no files.
inline PointParameters read_example(const PointFiles& files) {
  const auto holder = std::make_shared<ExampleHolder>(!files.workload.empty());
  for (const std::string& overlay : files.overlays)
    read_yaml_text(*holder->tree, overlay, "overlay");
  const auto check = [holder](const std::string&) {
    if (holder->platform.fast && holder->platform.clock < 1'000'000)
      throw InputError("clock: expected at least 1MHz with fast=true, found less");
  };
  return {{holder, &*holder->tree}, check};
}

}  // namespace doorbell::sweep
