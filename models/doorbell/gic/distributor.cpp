#include "doorbell/gic/distributor.h"

#include <algorithm>

#include "doorbell/core/arch/state.h"
#include "doorbell/gic/arch/register_tables.h"

namespace doorbell::gic {

using gic_message::Kind;

Distributor::Distributor(const sc_core::sc_module_name& name, const GicCommonParameters& parameters,
                         const std::vector<Affinity>& processors, const DistributorOptions& options)
    : Module(name),
      registers("registers", tasks_, clock_),
      clock_(scheduler(), parameters.frequency),
      link_latency_(clock_.duration(parameters.link_cycles)),
      take_back_(clock_.duration(2 * parameters.link_cycles + parameters.register_cycles)),
      processors_(processors),
      state_({.spis = parameters.spis,
              .extended_spis = parameters.extended_spis,
              .intid_bits = parameters.intid_bits,
              .priority_bits = parameters.priority_bits,
              .message_spis = options.message_spis,
              .lpis = options.lpis,
              .two_security_states = parameters.security == SecurityStates::two,
              .one_of_n = parameters.one_of_n,
              .processors = processors}),
      acknowledged_(statistics(), "acknowledged",
                    {.unit = "SPIs", .help = "SPIs taken by a processor"}),
      withdrawn_(statistics(), "withdrawn",
                 {.unit = "SPIs", .help = "SPIs that were gone when a processor read IAR"}),
      sgis_(statistics(), "sgis", {.unit = "SGIs", .help = "SGIs sent to a processor"}),
      taken_back_(
          statistics(), "taken_back",
          {.unit = "SPIs",
           .better = Better::lower,
           .help = "1 of N: taken back from a processor that sleeps, masks or is excluded"}),
      tasks_(scheduler()) {
  const RegisterFrame frame{
      .bytes = GICD_bytes,
      .on_ignored = [this](RegisterResult result, bool read, const RegisterContext& who) {
        state_.note_ignored(result, read, who);
      }};
  registers.serve(state_.registers(), frame, parameters.register_cycles);
  state_.on_change([this](unsigned processor, bool withdraws) { changed(processor, withdraws); });
  state_.on_taken_back([this](std::uint32_t INTID) { tasks_.start(take_back(INTID)); });
  // GICD_CTLR.RWP: until every redistributor knows of what was withdrawn.
  state_.on_write_pending([this] {
    return std::any_of(offers_.begin(), offers_.end(),
                       [](const auto& offer) { return offer->told < offer->withdrawn; });
  });
  for (unsigned i = 0; i < processors.size(); ++i) {
    const std::string link = "redistributor" + std::to_string(i);
    links_.push_back(std::make_unique<MessageInitiator<GicMessage>>(
        link.c_str(), [](gic_message::Acknowledge&) {}));
    offers_.push_back(std::make_unique<Offer>(scheduler()));
    tasks_.spawn(forward(i));
  }
  for (std::uint32_t number = 0; number < state_.spis().count(); ++number)
    add_wire(state_.spis().INTID_of(number));
  if (options.message_spis || options.frame) add_messages(options);
}

void Distributor::add_messages(const DistributorOptions& options) {
  const StageId stage = simulation().stages().add(
      {"distributor", 85, "redistributor",
       "Waiting for more urgent SPIs and for the redistributor; a message in its frame, the SPI on "
       "its way to the redistributor"});
  messages_ = std::make_unique<SpiMessages>(
      SpiMessages::Environment{scheduler(), simulation().journeys(), clock_, stage,
                               options.doorbell_cycles},
      statistics().group("by_message"), state_);
  if (!options.message_spis) return;
  registers.on_doorbell(SETSPI_NSR_offset,
                        [this](Payload& payload) { return messages_->accept(registers, payload); });
}

void Distributor::add_wire(std::uint32_t INTID) {
  const std::string wire = "spi" + std::to_string(INTID);
  spis_.push_back(std::make_unique<WireIn>(
      wire.c_str(), [this, INTID](bool level) { state_.set_line(INTID, level); }));
}

void Distributor::save(StateWriter& state) const {
  DistributorState::describe(state_, state);
}

void Distributor::restore(StateReader& state) {
  DistributorState::describe(state_, state);
}

bool Distributor::all_told() const {
  return std::all_of(offers_.begin(), offers_.end(),
                     [](const auto& offer) { return offer->told == offer->version; });
}

std::string Distributor::busy() const {
  if (registers.held() != 0) return "accesses to registers";
  return all_told() && coming_back_ == 0 ? "" : "SPIs that redistributors don't know of";
}

/// Whatever it knows, each redistributor knows, too.
void Distributor::settle() {
  for (unsigned i = 0; i < offers_.size(); ++i) {
    Offer& offer = *offers_[i];
    offer.best = state_.highest_for(i);
    offer.groups = state_.enabled_groups();
    offer.told = offer.version;
  }
  if (messages_) messages_->settle();
}

void Distributor::changed(unsigned processor, bool withdraws) {
  Offer& offer = *offers_[processor];
  ++offer.version;
  if (withdraws) offer.withdrawn = offer.version;
  offer.changes.notify_all();
  if (messages_) messages_->look_for_cleared();
}

/// From the processor that it was chosen for: asked for, and given back.
Task<void> Distributor::take_back(std::uint32_t INTID) {
  taken_back_.add();
  ++coming_back_;
  co_await Delay{scheduler(), take_back_};
  --coming_back_;
  state_.returned(INTID);
}

Task<void> Distributor::forward(unsigned processor) {
  MessageInitiator<GicMessage>& link = *links_[processor];
  Offer& offer = *offers_[processor];
  for (;;) {
    while (offer.told == offer.version)
      co_await offer.changes.wait();
    co_await link.credits(GicMessage::command_credits).take();
    const std::uint64_t version = offer.version;
    const PendingInterrupt best = state_.highest_for(processor);
    if (best == offer.best && offer.groups == state_.enabled_groups()) {
      link.credits(GicMessage::command_credits).give();
    } else {
      // A change of the enabled groups concerns the redistributor's own interrupts too.
      const gic_message::Request request{.kind = best.valid() ? Kind::set_spi : Kind::clear_spi,
                                         .intid = best.INTID,
                                         .priority = best.priority,
                                         .group = static_cast<std::uint8_t>(best.group)};
      journey_of_spi(best.INTID).serve(now(), "link to the redistributor");
      link.send(request, link_latency_);
      offer.best = best;
      offer.groups = state_.enabled_groups();
      co_await Delay{scheduler(), link_latency_};
    }
    offer.told = version;
  }
}

bool Distributor::acknowledge_spi(std::uint32_t INTID, unsigned processor, JourneyHandle& journey) {
  // The redistributor has forgotten it: one that is pending again by the time the next message
  // leaves has to be offered anew.
  Offer& offer = *offers_[processor];
  if (offer.best.INTID == INTID) offer.best = PendingInterrupt::none();
  if (!state_.deliverable(INTID, processor)) {
    withdrawn_.add();
    return false;
  }
  acknowledged_.add();
  if (messages_) journey = messages_->take(INTID);
  state_.acknowledge(INTID);
  return true;
}

void Distributor::deactivate_spi(std::uint32_t INTID) {
  state_.deactivate(INTID);
}

Group Distributor::group_of_spi(std::uint32_t INTID) const {
  // One that isn't there is nobody's: Non-secure, as nothing is hidden.
  return state_.spis().contains(INTID) ? state_.spis().group_of(INTID) : Group::group1;
}

Task<void> Distributor::send_sgi(SgiRequest request, Group group, bool secure, unsigned processor) {
  for (unsigned i = 0; i < processors_.size(); ++i) {
    if (!request.reaches(processors_[i], processors_[processor])) continue;
    MessageInitiator<GicMessage>& link = *links_[i];
    co_await link.credits(GicMessage::command_credits).take();
    const gic_message::Request message{.kind = Kind::generate_sgi,
                                       .intid = request.INTID,
                                       .source = processor,
                                       .group = static_cast<std::uint8_t>(group),
                                       .secure = secure};
    sgis_.add();
    link.send(message, link_latency_);
  }
}

void Distributor::set_awake(unsigned processor, bool awake) {
  state_.set_takes_part(processor, awake);
}

void Distributor::set_enabled_groups(unsigned processor, unsigned groups) {
  state_.set_enabled_groups(processor, groups);
}

}  // namespace doorbell::gic
