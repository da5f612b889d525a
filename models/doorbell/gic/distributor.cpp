#include "doorbell/gic/distributor.h"

#include <algorithm>

#include "doorbell/core/arch/state.h"
#include "doorbell/gic/arch/register_tables.h"

namespace doorbell::gic {

using gic_message::Kind;

Distributor::Distributor(const sc_core::sc_module_name& name, const GicCommonParameters& parameters,
                         const std::vector<Affinity>& processors)
    : Module(name),
      registers("registers", tasks_, clock_),
      clock_(scheduler(), parameters.frequency),
      link_latency_(clock_.duration(parameters.link_cycles)),
      processors_(processors),
      state_({parameters.spis, parameters.intid_bits, parameters.priority_bits, processors}),
      told_(processors.size(), 0),
      offers_(processors.size()),
      changes_(scheduler()),
      acknowledged_(statistics(), "acknowledged",
                    {.unit = "SPIs", .help = "SPIs taken by a processor"}),
      withdrawn_(statistics(), "withdrawn",
                 {.unit = "SPIs", .help = "SPIs that were gone when a processor read IAR"}),
      sgis_(statistics(), "sgis", {.unit = "SGIs", .help = "SGIs sent to a processor"}),
      tasks_(scheduler()) {
  registers.serve(state_.registers(), {.bytes = GICD_bytes}, parameters.register_cycles);
  registers.before_access([this] { note_writes_under_way(); });
  state_.on_change([this] { changed(); });
  for (unsigned i = 0; i < processors.size(); ++i) {
    const std::string link = "redistributor" + std::to_string(i);
    links_.push_back(std::make_unique<MessageInitiator<GicMessage>>(
        link.c_str(), [](gic_message::Acknowledge&) {}));
    tasks_.spawn(forward(i));
  }
  for (std::uint32_t INTID = 32; INTID < 32 + parameters.spis; ++INTID) {
    const std::string wire = "spi" + std::to_string(INTID);
    spis_.push_back(std::make_unique<WireIn>(
        wire.c_str(), [this, INTID](bool level) { state_.set_line(INTID, level); }));
  }
}

void Distributor::save(StateWriter& state) const {
  DistributorState::describe(state_, state);
}

void Distributor::restore(StateReader& state) {
  DistributorState::describe(state_, state);
}

/// GICD_CTLR.RWP: until every redistributor knows of what was written.
void Distributor::note_writes_under_way() {
  state_.set_write_pending(!all_told());
}

bool Distributor::all_told() const {
  return std::all_of(told_.begin(), told_.end(),
                     [this](std::uint64_t version) { return version == version_; });
}

std::string Distributor::busy() const {
  if (registers.held() != 0) return "accesses to registers";
  return all_told() ? "" : "SPIs that redistributors don't know of";
}

/// Whatever it knows, each redistributor knows, too.
void Distributor::settle() {
  for (unsigned i = 0; i < offers_.size(); ++i) {
    offers_[i] = {state_.highest_for(i), state_.enabled_groups()};
    told_[i] = version_;
  }
}

void Distributor::changed() {
  ++version_;
  changes_.notify_all();
}

Task<void> Distributor::forward(unsigned processor) {
  MessageInitiator<GicMessage>& link = *links_[processor];
  Offer& offer = offers_[processor];
  for (;;) {
    while (told_[processor] == version_)
      co_await changes_.wait();
    co_await link.credits(GicMessage::command_credits).take();
    const std::uint64_t version = version_;
    const PendingInterrupt best = state_.highest_for(processor);
    if (best == offer.best && offer.groups == state_.enabled_groups()) {
      link.credits(GicMessage::command_credits).give();
    } else {
      // A change of the enabled groups concerns the redistributor's own interrupts too.
      const gic_message::Request request{.kind = best.valid() ? Kind::set_spi : Kind::clear_spi,
                                         .intid = best.INTID,
                                         .priority = best.priority,
                                         .group = static_cast<std::uint8_t>(best.group)};
      link.send(request, link_latency_);
      offer = {best, state_.enabled_groups()};
      co_await Delay{scheduler(), link_latency_};
    }
    told_[processor] = version;
  }
}

bool Distributor::acknowledge_spi(std::uint32_t INTID, unsigned processor) {
  // The redistributor has forgotten it: one that is pending again by the time the next message
  // leaves has to be offered anew.
  if (offers_[processor].best.INTID == INTID) offers_[processor].best = PendingInterrupt::none();
  if (!state_.deliverable(INTID, processor)) {
    withdrawn_.add();
    return false;
  }
  acknowledged_.add();
  state_.acknowledge(INTID);
  return true;
}

void Distributor::deactivate_spi(std::uint32_t INTID) {
  state_.deactivate(INTID);
}

Task<void> Distributor::send_sgi(SgiRequest request, Group group, unsigned processor) {
  for (unsigned i = 0; i < processors_.size(); ++i) {
    if (!request.reaches(processors_[i], processors_[processor])) continue;
    MessageInitiator<GicMessage>& link = *links_[i];
    co_await link.credits(GicMessage::command_credits).take();
    const gic_message::Request message{.kind = Kind::generate_sgi,
                                       .intid = request.INTID,
                                       .source = processor,
                                       .group = static_cast<std::uint8_t>(group)};
    sgis_.add();
    link.send(message, link_latency_);
  }
}

void Distributor::set_awake(unsigned processor, bool awake) {
  state_.set_takes_part(processor, awake);
  changed();
}

void Distributor::set_enabled_groups(unsigned processor, unsigned groups) {
  state_.set_enabled_groups(processor, groups);
  changed();
}

}  // namespace doorbell::gic
