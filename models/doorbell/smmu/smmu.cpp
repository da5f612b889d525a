#include "doorbell/smmu/smmu.h"

#include <string>

namespace doorbell::smmu {

Smmu::Smmu(const sc_core::sc_module_name& module_name, const SmmuParameters& parameters,
           unsigned further_tbus)
    : sc_module(module_name),
      tcu("tcu", parameters, static_cast<unsigned>(parameters.tbus.size()) + further_tbus) {
  const std::size_t count = parameters.tbus.size();
  for (std::size_t n = 0; n < count; ++n) {
    const std::string name = count == 1 ? "tbu" : "tbu" + std::to_string(n);
    tbus_.push_back(std::make_unique<Tbu>(name.c_str(), parameters.of_tbu(n)));
    tbus_.back()->dti.bind(tcu.dti(static_cast<unsigned>(n)));
  }
}

}  // namespace doorbell::smmu
