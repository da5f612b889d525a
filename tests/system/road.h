#pragma once

#include <algorithm>
#include <cmath>

#include "doorbell/core/arch/clock.h"
#include "platforms/virt/parameters.h"

namespace doorbell::testing {

/// Walks along the road with the configured parts alone.
class Road {
 public:
  Road(const virt::VirtParameters& parameters, Scheduler& scheduler, Time start)
      : p_(parameters),
        smmu_(scheduler, p_.smmu.clock),
        fabric_(scheduler, p_.fabric.clock),
        ram_(scheduler, p_.ram.clock),
        gic_(scheduler, p_.gic.common.frequency),
        cpu_(scheduler, p_.cpu.frequency),
        t_(start) {}

  /// To the TBU: 20 bytes around the 4 of an MSI (docs/timing.md), skip ordered sets in between,
  /// both latencies.
  /// Behind `ahead` bytes on the line that left at the same time.
  Road& link_and_root_complex(unsigned bytes = 24, unsigned ahead = 0) {
    const double bits_a_ps = 0.016 * 4 * 128 / 130 * (1 - 4.0 / 1538);  // generation 4, x4
    t_ += static_cast<Time>(std::ceil((ahead + bytes) * 8 / bits_a_ps));
    t_ += p_.endpoints[0].link.latency + p_.root_complex.latency;
    return *this;
  }
  Road& micro_tlb() { return cycles(smmu_, p_.smmu.tbu.micro_tlb.latency); }
  /// A miss of both TLBs with the configuration in its cache, or not, and no table in a walk cache.
  Road& full_walk(bool configured) {
    to_tcu();
    // An STE and a CD are 64 bytes each (IHI 0070, 5.2 and 5.4).
    if (!configured) memory_read(64).memory_read(64);
    walk_stage_1();
    for (unsigned level = 0; level < 4; ++level)
      memory_read();
    return answer();
  }
  /// A miss of both TLBs, as far as the look-up of the configuration.
  Road& to_tcu() {
    micro_tlb().cycles(smmu_, p_.smmu.tbu.main_tlb.latency + p_.smmu.dti_latency);
    return cycles(smmu_, p_.smmu.tcu.configuration_cache.latency);
  }
  /// The look-up in its walk caches.
  Road& walk_stage_1() { return cycles(smmu_, p_.smmu.tcu.walk_cache[0].latency); }
  /// The look-up in those of stage 2, and so many descriptors that they don't have.
  Road& walk_stage_2(unsigned reads) {
    cycles(smmu_, p_.smmu.tcu.walk_cache_stage2[0].latency);
    for (unsigned i = 0; i < reads; ++i)
      memory_read();
    return *this;
  }
  /// The answer leaves when the last read is back, whether or not that is an edge of the clock.
  Road& answer() {
    t_ += smmu_.duration(p_.smmu.dti_latency);
    return *this;
  }
  Road& fabric() { return cycles(fabric_, 1 + p_.fabric.request_latency); }
  /// From the fabric's port to memory and back: the answer to a posted write of up to a line.
  Road& memory_write() {
    fabric();
    t_ += ram_.duration(1) + p_.ram.write_latency;
    return cycles(fabric_, p_.fabric.response_latency);
  }
  /// No earlier than what it must stay behind.
  Road& not_before(const Road& other) {
    t_ = std::max(t_, other.t_);
    return *this;
  }
  Road& its() { return cycles(gic_, p_.gic.its.pipeline_cycles + p_.gic.common.link_cycles); }
  /// An SPI by message: its frame, and the link from the distributor to the redistributor.
  Road& message_frame() {
    return cycles(gic_, p_.gic.messages.doorbell_cycles).cycles(gic_, p_.gic.common.link_cycles);
  }
  /// GICR_SETLPIR, ahead of the redistributor's pipeline.
  Road& set_lpi_register() { return cycles(gic_, p_.gic.messages.doorbell_cycles); }
  Road& redistributor() { return cycles(gic_, p_.gic.redistributor.pipeline_cycles); }
  /// A read of what software has just written: the last-level cache has it, if there is one.
  Road& memory_read(unsigned bytes = 8) {
    cycles(fabric_, 1 + p_.fabric.request_latency);
    const auto& cache = p_.ram.last_level_cache;
    t_ += cache.size == 0 ? p_.ram.read_latency : cache.hit;
    t_ += ram_.duration(beats(bytes, p_.ram.width));
    return cycles(fabric_, p_.fabric.response_latency + beats(bytes, p_.fabric.width));
  }
  Road& acknowledge() {
    cycles(gic_, p_.gic.cpu_interface.interrupt_cycles);
    cycles(cpu_, p_.cpu.wfi_wake + p_.cpu.exception_entry);
    t_ += p_.gic.cpu_interface.register_access;
    return *this;
  }
  Time end() const { return t_; }

 private:
  static unsigned beats(unsigned bytes, unsigned width) { return (bytes + width - 1) / width; }
  Road& cycles(const Clock& clock, std::uint64_t count) {
    t_ = clock.after(t_, count);
    return *this;
  }

  const virt::VirtParameters& p_;
  Clock smmu_, fabric_, ram_, gic_, cpu_;
  Time t_;
};

/// Every part of the road away from its default.
inline virt::VirtParameters with_other_parts(virt::VirtParameters parameters) {
  parameters.endpoints[0].link.latency = 317 * nanosecond;
  parameters.root_complex.latency = 61 * nanosecond;
  parameters.smmu.tbu.micro_tlb.latency = 3;
  parameters.smmu.tbu.main_tlb.latency = 7;
  parameters.smmu.dti_latency = 21;
  parameters.smmu.clock = 800'000'000;
  parameters.fabric.request_latency = 31;
  parameters.fabric.response_latency = 13;
  parameters.ram.read_latency = 143 * nanosecond;
  parameters.ram.last_level_cache.hit = 57 * nanosecond;
  parameters.gic.its.pipeline_cycles = 55;
  parameters.gic.common.link_cycles = 9;
  parameters.gic.redistributor.pipeline_cycles = 11;
  parameters.gic.messages.doorbell_cycles = 6;
  parameters.gic.cpu_interface.interrupt_cycles = 5;
  parameters.gic.cpu_interface.register_access = 33 * nanosecond;
  parameters.cpu.exception_entry = 100;
  parameters.cpu.wfi_wake = 37;
  return parameters;
}

}  // namespace doorbell::testing
