#include "doorbell/smmu/debug_translation.h"

#include <vector>

namespace doorbell::smmu {
namespace {

DebugTranslation* find(const std::vector<sc_core::sc_object*>& objects,
                       const sc_core::sc_interface& dti) {
  for (sc_core::sc_object* const object : objects) {
    auto* const candidate = dynamic_cast<DebugTranslation*>(object);
    if (candidate != nullptr && candidate->receives(dti)) return candidate;
    if (auto* const below = find(object->get_child_objects(), dti)) return below;
  }
  return nullptr;
}

}  // namespace

DebugTranslation* DebugTranslation::behind(const sc_core::sc_interface& dti) {
  return find(sc_core::sc_get_top_level_objects(), dti);
}

}  // namespace doorbell::smmu
