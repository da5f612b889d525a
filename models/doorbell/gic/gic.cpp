#include "doorbell/gic/gic.h"

#include "doorbell/core/under_way.h"
#include "doorbell/gic/arch/register_tables.h"

namespace doorbell::gic {

Gic::Gic(const sc_core::sc_module_name& name, const GicParameters& parameters,
         const std::vector<Affinity>& processors, std::vector<std::uint64_t> redistributors)
    : Module(name),
      lpi_memory("lpi_memory"),
      lpi_port_(lpi_memory, MemoryPurpose::lpi_tables),
      lpi_tables_(scheduler(), statistics(), lpi_port_, parameters.redistributor.outstanding_reads,
                  1) {
  parameters.check();
  GicCommonParameters common = parameters.common;
  common.frequency = parameters.clock_frequency();
  const auto count = static_cast<unsigned>(processors.size());
  while (redistributors.size() < count)
    redistributors.push_back(0x080A'0000 + redistributors.size() * GICR_bytes);
  const bool shared = parameters.redistributor.lpi_cache_scope == LpiCacheScope::chip;
  for (unsigned i = 0; i < (shared ? 1 : count); ++i) {
    const StatisticsGroup group =
        statistics().group(shared ? "lpi_cache" : "lpi_cache" + std::to_string(i));
    lpi_caches_.push_back(std::make_unique<LpiCache>(group, parameters.redistributor));
  }
  add_distributor(parameters, common, processors);
  std::vector<Time> its_distances;
  for (unsigned i = 0; i < parameters.itss(); ++i) {
    // The first one's name has no number: so it is where there is but one.
    const std::string its = i == 0 ? "its" : "its" + std::to_string(i);
    its_.push_back(std::make_unique<Its>(its.c_str(), common, parameters.its,
                                         parameters.redistributor.lpi_cache_scope, redistributors,
                                         parameters.its_distance(i)));
    its_distances.push_back(parameters.its_distance(i));
  }
  for (unsigned i = 0; i < count; ++i) {
    RedistributorConfiguration configuration;
    configuration.processor = i;
    configuration.affinity = processors[i];
    // Of each region of frames that follow each other.
    configuration.last = i + 1 == count || redistributors[i + 1] != redistributors[i] + GICR_bytes;
    configuration.intid_bits = common.intid_bits;
    configuration.priority_bits = common.priority_bits;
    configuration.extended_ppis = common.extended_ppis;
    configuration.enable_can_clear = parameters.redistributor.enable_can_clear;
    configuration.lpis = parameters.lpis != LpiSupport::none;
    configuration.direct_lpis = parameters.lpis == LpiSupport::direct;
    // They are there with GICR_TYPER.DirectLPI in any case (DDI 0601 GICR_CTLR.IR).
    configuration.invalidates =
        parameters.redistributor.invalidate_registers || configuration.direct_lpis;
    configuration.one_of_n = common.one_of_n != OneOfN::none;
    configuration.shareability = parameters.redistributor.shareability;
    configuration.two_security_states = common.security == SecurityStates::two;
    const std::string number = std::to_string(i);
    redistributors_.push_back(std::make_unique<Redistributor>(
        ("redistributor" + number).c_str(), common, parameters.redistributor, parameters.its,
        parameters.messages, configuration, its_distances, lpi_tables_,
        *lpi_caches_[shared ? 0 : i], *distributor_));
    Redistributor& redistributor = *redistributors_.back();
    cpu_interfaces_.push_back(std::make_unique<CpuInterface>(
        ("cpu_interface" + number).c_str(), common, parameters.cpu_interface,
        need_range_selector(processors), redistributor));
    CpuInterface& cpu_interface = *cpu_interfaces_.back();
    redistributor.on_change([&cpu_interface] { cpu_interface.update(); });
    distributor_->redistributor(i).bind(redistributor.from_distributor);
    for (unsigned its = 0; its < its_count(); ++its)
      its_[its]->redistributor(i).bind(redistributor.from_its(its));
  }
  let_caches_be_invalidated();
  // All parts know at once.
  distributor_->state().on_disable_security([this] {
    for (unsigned i = 0; i < this->processors(); ++i) {
      cpu_interface(i).disable_security();
      redistributor(i).disable_security();
    }
  });
}

void Gic::add_distributor(const GicParameters& parameters, const GicCommonParameters& common,
                          const std::vector<Affinity>& processors) {
  const bool frame =
      parameters.doorbell == DoorbellKind::v2m || parameters.doorbell == DoorbellKind::spi;
  distributor_ = std::make_unique<Distributor>(
      "distributor", common, processors,
      DistributorOptions{.lpis = parameters.lpis != LpiSupport::none,
                         .message_spis = parameters.message_spis(),
                         .frame = frame,
                         .doorbell_cycles = parameters.messages.doorbell_cycles});
  if (!frame) return;
  const char* const name = parameters.doorbell == DoorbellKind::v2m ? "v2m" : "message_alias";
  message_frame_ = std::make_unique<MessageFrame>(name, common, parameters.doorbell,
                                                  parameters.messages, *distributor_);
}

/// GICR_INVLPIR and GICR_INVALLR reach every redistributor that may hold a copy.
void Gic::let_caches_be_invalidated() {
  if (lpi_caches_.size() == 1) return;
  for (std::size_t i = 0; i < redistributors_.size(); ++i) {
    std::vector<LpiCache*> others;
    for (std::size_t other = 0; other < lpi_caches_.size(); ++other)
      if (other != i) others.push_back(lpi_caches_[other].get());
    redistributors_[i]->know_caches(std::move(others));
  }
}

std::string Gic::busy() const {
  return under_way(lpi_memory.outstanding(), "accesses to LPI tables");
}

void Gic::settle() {
  for (const auto& cache : lpi_caches_)
    cache->settle();
}

}  // namespace doorbell::gic
