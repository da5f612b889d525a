#include "platforms/virt/own_device.h"

namespace doorbell::virt {

OwnDevicePort::OwnDevicePort(const sc_core::sc_module_name& module_name, const OwnDevice& device,
                             const smmu::SmmuParameters& parameters)
    : sc_module(module_name),
      label("label", {.stream_id = device.stream_id,
                      .device_id = device.device_id,
                      .doorbell = device.doorbell}),
      split("split"),
      tbu("tbu", parameters) {
  label.downstream.bind(split.upstream);
  split.reads.bind(tbu.upstream_reads);
  split.writes.bind(tbu.upstream_writes);
}

}  // namespace doorbell::virt
