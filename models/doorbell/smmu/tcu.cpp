#include "doorbell/smmu/tcu.h"

#include <array>

#include "doorbell/core/arch/state.h"
#include "doorbell/core/under_way.h"
#include "doorbell/smmu/arch/registers.h"

namespace doorbell::smmu {

Tcu::Tcu(const sc_core::sc_module_name& module_name, const SmmuParameters& parameters,
         unsigned tbus)
    : Module(module_name),
      registers("registers", tasks_, clock_),
      tables("tables"),
      queues("queues"),
      eventq("eventq"),
      gerror("gerror"),
      cmdq_sync("cmdq_sync"),
      wake_event("wake_event"),
      parameters_(parameters),
      clock_(scheduler(), parameters.clock_frequency()),
      programming_(scheduler(), clock_, parameters),
      page_table_port_(tables, MemoryPurpose::page_tables),
      stream_table_port_(tables, MemoryPurpose::stream_tables),
      queue_port_(queues, MemoryPurpose::smmu_queues),
      tasks_(scheduler()) {
  parameters.check();
  registers.serve(programming_.bank(), {.bytes = register_space_bytes, .narrowest = 4},
                  parameters.tcu.register_access);
  if (parameters.offered.pri) priq = std::make_unique<WireOut>("priq");
  const StageId stage = simulation().stages().add(
      {"tcu", 50, "tbu", "Configuration, walk caches and walks; waits for slots and walkers"});
  links_ = std::make_unique<TbuLinks>(clock_, statistics(), parameters_, tbus,
                                      [this](unsigned tbu, const dti::TranslationRequest& request) {
                                        tasks_.start(translator_->serve(tbu, request));
                                      });
  interrupts_ = std::make_unique<Interrupts>(
      programming_.bank(), queues, parameters.tcu.msi_device_id,
      Interrupts::Wires{eventq, gerror, cmdq_sync, wake_event, priq.get()}, tasks_);
  events_ = std::make_unique<EventQueue>(scheduler(), statistics(), programming_.bank(),
                                         queue_port_, *interrupts_, parameters_);
  configurations_ = std::make_unique<ConfigurationUnit>(scheduler(), clock_, statistics(),
                                                        parameters_, stream_table_port_, log_);
  if (parameters.offered.table_updates != TableUpdates::none) {
    table_updates = std::make_unique<InitiatorSocket>("table_updates");
    update_port_.emplace(*table_updates, MemoryPurpose::page_tables);
  }
  walker_ = std::make_unique<TableWalker>(scheduler(), clock_, statistics(), parameters_,
                                          page_table_port_, update_port_ ? &*update_port_ : nullptr,
                                          log_);
  commands_ = std::make_unique<CommandProcessor>(scheduler(), clock_, statistics(), parameters_,
                                                 programming_.bank(), queue_port_, *interrupts_,
                                                 static_cast<CommandActions&>(*this));
  if (parameters.offered.stall != StallModel::terminate) {
    const StageId stalled = simulation().stages().add(
        {"stalled", 55, "tcu", "Waits for software's answer to its fault, or for room to ask"});
    std::vector<std::uint32_t> stallable(tbus);
    for (unsigned n = 0; n < tbus; ++n)
      stallable[n] = parameters.stallable_of(n);
    stalls_ = std::make_unique<Stalls>(scheduler(), statistics(), stalled,
                                       parameters.offered.stall_max, stallable, *events_);
    events_->on_writable([this] { stalls_->retry_unrecorded(); });
  }
  translator_ =
      std::make_unique<Translator>(clock_, statistics(), parameters_, stage, tbus,
                                   Translator::Parts{programming_, log_, *configurations_, *walker_,
                                                     *events_, *links_, monitored_, stalls_.get()});
  if (parameters.offered.address_translation_operations) {
    gatos_ = std::make_unique<Gatos>(scheduler(), statistics(), programming_.bank(),
                                     parameters_.features(), *translator_, tasks_);
  }
  if (parameters.offered.ats) make_ats_service();
  programming_.connect({commands_.get(), events_.get(), interrupts_.get(), this, gatos_.get(),
                        page_requests_.get()});
}

Tcu::~Tcu() = default;

void Tcu::make_ats_service() {
  ats_ = std::make_unique<AtsService>(
      scheduler(), clock_, statistics(), parameters_,
      AtsService::Parts{programming_, *events_, *translator_, monitored_}, tasks_);
  if (!parameters_.offered.pri) return;
  page_requests_ = std::make_unique<PriQueue>(
      scheduler(), statistics(), programming_.bank(), queue_port_, *interrupts_,
      parameters_.features(),
      [this](const dti_ats::PageRequest& request) { ats_->refuse(request); });
  ats_->set_queue(page_requests_.get());
}

bool Tcu::reaches_atcs() const {
  return ats_ != nullptr && ats_->connected() && programming_.enabled();
}

void Tcu::before_end_of_elaboration() {
  if (ats_) ats_->close_unbound();
}

void Tcu::start_of_simulation() {
  links_->grant(parameters_.tcu.translation_slots);
  tasks_.spawn(programming_.run());
  tasks_.spawn(events_->run());
  tasks_.spawn(commands_->run());
  if (page_requests_) tasks_.spawn(page_requests_->run());
  if (ats_ && ats_->connected()) ats_->grant();
}

template <class Self, class State>
void Tcu::describe(Self& self, State& state) {
  ProgrammingInterface::describe(self.programming_, state);
  state.group("global_errors",
              [&self](auto& inner) { GlobalErrors::describe(self.interrupts_->errors(), inner); });
  if (!self.ats_) return;
  state.group("atc_invalidations", [&self](auto& inner) {
    AtcInvalidations::describe(self.ats_->invalidations(), inner);
  });
}

void Tcu::save(StateWriter& state) const {
  describe(*this, state);
}

/// Commands that wait are there for whoever looks next.
void Tcu::restore(StateReader& state) {
  describe(*this, state);
  commands_->notify();
}

std::string Tcu::busy() const {
  if (registers.held() != 0) return "accesses to registers";
  if (commands_->busy()) return "commands";
  if (gatos_ && gatos_->busy()) return "an address translation operation";
  if (ats_ && ats_->busy()) return "requests of ATCs";
  if (page_requests_ && page_requests_->on_the_way() != 0) return "page requests";
  if (walker_->walks() != 0) return under_way(walker_->walks(), "walks");
  if (stalls_ && stalls_->count() != 0) return under_way(stalls_->count(), "stalled transactions");
  if (events_->on_the_way() != 0) return under_way(events_->on_the_way(), "events");
  const std::size_t updates = table_updates ? table_updates->outstanding() : 0;
  return under_way(tables.outstanding() + queues.outstanding() + updates, "accesses to memory");
}

void Tcu::settle() {
  configurations_->settle();
  walker_->settle();
  if (stalls_) stalls_->settle();
  translator_->settle();
  links_->settle();
}

/// Removes from the TCU's own caches at once, then tells the TBUs; a SYNC waits for them.
Task<void> Tcu::invalidate(const Invalidation& invalidation) {
  log_.record(invalidation);
  configurations_->invalidate(invalidation);
  walker_->invalidate(invalidation);
  return links_->invalidate(invalidation);
}

void Tcu::prefetch(const Stream& stream, std::optional<std::uint64_t> address) {
  if (programming_.enabled()) tasks_.spawn(translator_->prefetch(stream, address));
}

void Tcu::resume(std::uint32_t stream_id, std::uint16_t stag, StallEnd how) {
  stalls_->resume(stream_id, stag, how);
}

void Tcu::terminate_stalls(std::uint32_t stream_id) {
  stalls_->terminate(stream_id);
}

/// First the translations that may have read what is invalidated, whose answers then travel ahead
/// of the TBUs' SYNC; then the TBUs, for what goes by such answers; then the events of all of them
/// (IHI 0070 4.7.3).
Task<bool> Tcu::synchronise() {
  co_await translator_->answered();
  co_await links_->synchronise();
  co_await events_->visible(events_->committed());
  if (!ats_) co_return true;
  co_return co_await ats_->invalidations().completed();
}

Task<void> Tcu::invalidate_atc(const Command& command) {
  if (reaches_atcs()) co_await ats_->invalidations().send(command);
}

void Tcu::respond(const Command& command) {
  if (reaches_atcs()) ats_->respond(command);
}

/// What faults from now on, having begun before, does not stall any more.
Task<void> Tcu::leave_regime() {
  if (stalls_ && !programming_.enabled()) stalls_->terminate_all();
  co_await invalidate({.scope = Invalidation::Scope::ste, .last_stream = ~std::uint32_t{0}});
  co_await translator_->answered();
  co_await links_->synchronise();
}

bool Tcu::receives(const sc_core::sc_interface& dti) const {
  return links_->receives(dti);
}

std::optional<std::uint64_t> Tcu::translate_debug(const Stream& stream, std::uint64_t address,
                                                  const Access& access) {
  return translator_->translate_debug({stream, address, access},
                                      [this](std::uint64_t from) -> std::optional<std::uint64_t> {
                                        std::array<std::uint8_t, 8> bytes{};
                                        if (!page_table_port_.read_debug(from, bytes))
                                          return std::nullopt;
                                        return load_little_endian<std::uint64_t>(bytes);
                                      });
}

}  // namespace doorbell::smmu
