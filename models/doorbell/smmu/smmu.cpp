#include "doorbell/smmu/smmu.h"

namespace doorbell::smmu {

Smmu::Smmu(const sc_core::sc_module_name& module_name, const SmmuParameters& parameters,
           unsigned tbus)
    : sc_module(module_name), tcu("tcu", parameters, tbus), tbu("tbu", parameters) {
  tbu.dti.bind(tcu.dti());
}

}  // namespace doorbell::smmu
