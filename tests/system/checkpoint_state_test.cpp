// The state of every module of the platform: all that is saved is restored, and nothing that a
// damaged file says does harm.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <systemc>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/random.h"
#include "platforms/checkpoint/modules.h"
#include "platforms/virt/platform.h"
#include "tests/support/long_run.h"

namespace doorbell::checkpoint {
namespace {

using Json = nlohmann::ordered_json;
using testing::UnorderedElementsAre;

/// A file of some blocks for a drive.
std::string drive_file() {
  const std::string path = testing::TempDir() + "drive-" + std::to_string(getpid());
  std::ofstream(path) << std::string(std::size_t{1} << 20, 'd');
  return path;
}

class CheckpointState : public testing::Test {
 protected:
  CheckpointState() {
    // Modules start on their own; then nothing is under way.
    sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_MS));
  }
  ~CheckpointState() override { std::remove(drive_.c_str()); }

  static Json saved() {
    StateWriter state;
    save_modules(state);
    return state.json();
  }
  static void restore(const Json& json) {
    StateReader state("state.json: modules", json);
    restore_modules(state);
  }

  std::string drive_ = drive_file();
  virt::VirtParameters parameters_ = [this] {
    virt::VirtParameters parameters;
    parameters.processors = 2;
    parameters.peripherals = true;
    parameters.smmu.offered.ats = parameters.smmu.offered.pri = true;
    parameters.gic.its_count = 2;
    parameters.gic.its.collections_inside = 2;
    parameters.endpoints.resize(2);
    parameters.endpoints[1].endpoint.kind = pcie::FunctionKind::nvme;
    parameters.endpoints[1].endpoint.nvme.drive = drive_;
    return parameters;
  }();
  virt::Platform platform_{"virt", parameters_};
};

/// Calls `body` with each value in it that isn't a group or a list.
void for_each_leaf(Json& json, const std::string& place,
                   const std::function<void(Json&, const std::string&)>& body) {
  if (!json.is_structured()) return body(json, place);
  for (auto& [key, value] : json.items())
    for_each_leaf(value, place + "/" + key, body);
}

/// Another value of the same kind.
void change(Json& leaf) {
  if (leaf.is_boolean()) {
    leaf = !leaf.get<bool>();
  } else if (leaf.is_number_unsigned()) {
    leaf = leaf.get<std::uint64_t>() ^ 1;
  } else if (leaf.is_string() && !leaf.get<std::string>().empty()) {
    std::string text = leaf;
    text.back() = text.back() == '5' ? '6' : '5';
    leaf = text;
  }
}

TEST_F(CheckpointState, EveryModuleWithStateSavesIt) {
  // What is between accesses in these, caches, arbiters and links, isn't kept.
  std::vector<std::string> without;
  for_each_module([&without](Module& module) {
    StateWriter state;
    module.save(state);
    if (state.json().empty()) without.emplace_back(module.name());
  });
  EXPECT_THAT(without,
              UnorderedElementsAre("virt", "virt.ram", "virt.gic", "virt.smmu.tbu", "virt.fabric",
                                   "virt.events", "virt.link0", "virt.link1", "virt.rom",
                                   // Native processors, of which there are no checkpoints.
                                   "virt.cpu0", "virt.cpu1"));
}

TEST_F(CheckpointState, EachValueThatIsSavedIsRestored) {
  const Json original = saved();
  Json place_by_place = original;
  unsigned restored = 0;
  for_each_leaf(place_by_place, "", [&](Json& leaf, const std::string& place) {
    const Json before = leaf;
    change(leaf);
    if (leaf == before) return;
    // One of a long row stands for the others: a sixteenth of the places are tried.
    if (std::hash<std::string>{}(place) % 16 == 0 || place.find("registers") == std::string::npos) {
      try {
        restore(place_by_place);
        ++restored;
        const Json now = saved();
        if (now != place_by_place)
          ADD_FAILURE() << place << ": " << Json::diff(place_by_place, now);
      } catch (const InputError&) {
        // A value that can't be.
      }
    }
    leaf = before;
  });
  EXPECT_GT(restored, 500u);
  restore(original);
  EXPECT_EQ(saved(), original);
}

TEST_F(CheckpointState, WhatIsMissingOrOfNoModuleIsRefused) {
  const Json original = saved();
  for (const auto& [name, state] : original.items()) {
    Json without = original;
    without.erase(name);
    EXPECT_THROW(restore(without), InputError) << name;
  }
  Json more = original;
  more["virt.nothing"] = Json::object();
  EXPECT_THROW(restore(more), InputError);
}

/// Any value anywhere, or none: it is refused, or what is restored is as it would be saved.
TEST_F(CheckpointState, SurvivesAnythingThatStandsInAFile) {
  const Json original = saved();
  std::vector<Json::json_pointer> leaves;
  Json copy = original;
  for_each_leaf(copy, "", [&](Json&, const std::string& place) {
    std::string pointer = place;
    leaves.emplace_back(Json::json_pointer(pointer));
  });
  // As a parser makes them.
  const Json values = Json::parse(
      Json(std::vector<Json>{nullptr, true, 0, 1, 2, 7, 255, 65535, 4294967295U, ~std::uint64_t{0},
                             -1, 0.5, "", "00", Json::array(), Json::object(),
                             Json::array({1, 2, 3}), std::string(8192, 'f')})
          .dump());
  Random random{3};
  const auto limit = std::chrono::seconds(test::cases(5, 60));
  const auto begin = std::chrono::steady_clock::now();
  unsigned taken = 0, refused = 0;
  while (std::chrono::steady_clock::now() - begin < limit) {
    Json damaged = original;
    for (std::uint64_t i = 0; i <= random.below(3); ++i)
      damaged[leaves[random.below(leaves.size())]] = values[random.below(values.size())];
    try {
      restore(damaged);
      ++taken;
      // It goes on with whatever that was.
      sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_US));
    } catch (const InputError& error) {
      ++refused;
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
  EXPECT_GT(taken, 10u);
  EXPECT_GT(refused, 10u);
}

}  // namespace
}  // namespace doorbell::checkpoint
