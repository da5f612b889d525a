#include "platforms/checkpoint/modules.h"

#include <nlohmann/json.hpp>
#include <systemc>
#include <vector>

namespace doorbell::checkpoint {
namespace {

void visit(const std::vector<sc_core::sc_object*>& objects,
           const std::function<void(Module&)>& visitor) {
  for (sc_core::sc_object* const object : objects) {
    if (auto* const module = dynamic_cast<Module*>(object)) visitor(*module);
    visit(object->get_child_objects(), visitor);
  }
}

bool has_state(const Module& module) {
  StateWriter state;
  module.save(state);
  return !state.json().empty();
}

}  // namespace

void for_each_module(const std::function<void(Module&)>& visitor) {
  visit(sc_core::sc_get_top_level_objects(), visitor);
}

void save_modules(StateWriter& state) {
  for_each_module([&state](Module& module) {
    StateWriter own;
    module.save(own);
    if (!own.json().empty()) state.json()[module.name()] = own.json();
  });
}

void restore_modules(StateReader& state) {
  for_each_module([&state](Module& module) {
    if (!has_state(module)) return;
    state.group(module.name(), [&module](StateReader& own) { module.restore(own); });
  });
  state.finish();
}

}  // namespace doorbell::checkpoint
