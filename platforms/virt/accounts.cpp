#include "platforms/virt/accounts.h"

#include <stdexcept>
#include <string>
#include <string_view>

#include "doorbell/core/arch/statistics_kinds.h"

namespace doorbell::virt {
namespace {

std::uint64_t counter(const StatisticsGroup& group, std::string_view name) {
  const auto* found = dynamic_cast<const Counter*>(group.statistics().find(group.join(name)));
  if (found == nullptr) throw std::logic_error("no counter " + group.join(name));
  return found->value();
}

template <class Visitor>
void each_function(Platform& platform, Visitor visitor) {
  for (unsigned i = 0; i < platform.endpoint_count(); ++i) {
    pcie::Endpoint& endpoint = platform.endpoint(i);
    for (unsigned number = 0; number < endpoint.function_count(); ++number) {
      visitor(endpoint.function(number));
    }
  }
}

std::uint64_t sent_by_devices(Platform& platform) {
  std::uint64_t sent = 0;
  each_function(platform, [&](pcie::Function& function) { sent += function.messages_sent(); });
  for (unsigned i = 0; i < platform.own_count(); ++i)
    sent += platform.own(i).label.messages_sent();
  return sent;
}

StatisticsGroup group_of_its(Platform& platform, unsigned its) {
  return platform.statistics().group("gic").group(its == 0 ? "its" : "its" + std::to_string(its));
}

/// Writes of an ITS's doorbell that nobody follows: the SMMU's own, and DMA. They are known for
/// MSIs where they come to their end.
std::uint64_t sent_by_others(Platform& platform) {
  std::uint64_t sent = 0;
  for (unsigned its = 0; its < platform.gic().its_count(); ++its)
    sent += counter(group_of_its(platform, its), "dropped_without_journey");
  for (unsigned i = 0; i < platform.gic().processors(); ++i)
    sent += platform.gic().redistributor(i).lpis().counters().without_journey.value();
  return sent;
}

std::uint64_t misdirected(Platform& platform) {
  std::uint64_t count =
      counter(platform.statistics().group("root_complex"), "misdirected_messages");
  for (unsigned i = 0; i < platform.own_count(); ++i)
    count += platform.own(i).label.messages_misdirected();
  return count;
}

/// "dropped by the ITS: UNMAPPED_DEVICE" and so on; of others "dropped by ITS 1".
void add_drops_of_its(Platform& platform, unsigned its, Conservation& conservation) {
  const StatisticsGroup drops = group_of_its(platform, its).group("dropped_for");
  const std::string prefix = drops.join("");
  const std::string who = its == 0 ? "the ITS" : "ITS " + std::to_string(its);
  platform.simulation().statistics().visit([&](const Statistic& statistic) {
    if (!statistic.path().starts_with(prefix)) return;
    conservation.outcomes.push_back(
        {"dropped by " + who + ": " + statistic.path().substr(prefix.size()),
         dynamic_cast<const Counter&>(statistic).value()});
  });
}

void add_redistributors(Platform& platform, Conservation& conservation) {
  std::uint64_t made_pending = 0;
  std::uint64_t coalesced = 0;
  std::uint64_t dropped = 0;
  for (unsigned i = 0; i < platform.gic().processors(); ++i) {
    const gic::LpiStatistics& lpis = platform.gic().redistributor(i).lpis().counters();
    made_pending += lpis.by_doorbell.made_pending.value();
    coalesced += lpis.by_doorbell.coalesced.value();
    dropped += lpis.by_doorbell.dropped.value();
    if (!lpis.direct) continue;
    made_pending += lpis.direct->made_pending.value();
    coalesced += lpis.direct->coalesced.value();
    dropped += lpis.direct->dropped.value();
  }
  if (const gic::SpiMessages* const messages = platform.gic().distributor().messages()) {
    made_pending += messages->made_pending.value();
    coalesced += messages->coalesced.value();
  }
  conservation.outcomes.emplace_back("made pending", made_pending);
  conservation.outcomes.emplace_back("coalesced with a pending one", coalesced);
  conservation.outcomes.emplace_back("dropped by a redistributor", dropped);
}

/// MSIs that are pending at a redistributor or the distributor: their Journeys wait there for the
/// acknowledgement.
std::uint64_t journeys_of_pending_lpis(Platform& platform) {
  const gic::SpiMessages* const messages = platform.gic().distributor().messages();
  std::uint64_t count = messages == nullptr ? 0 : messages->journeys_held();
  for (unsigned i = 0; i < platform.gic().processors(); ++i) {
    gic::Redistributor& redistributor = platform.gic().redistributor(i);
    for (const std::uint32_t INTID : redistributor.lpis().intids()) {
      if (redistributor.journey(INTID)) ++count;
    }
  }
  return count;
}

std::uint64_t sum_below(Platform& platform, const StatisticsGroup& group) {
  const std::string prefix = group.join("");
  std::uint64_t sum = 0;
  platform.simulation().statistics().visit([&](const Statistic& statistic) {
    if (!statistic.path().starts_with(prefix)) return;
    sum += dynamic_cast<const Counter&>(statistic).value();
  });
  return sum;
}

std::uint64_t commands_refused(Platform& platform) {
  std::uint64_t refused =
      counter(platform.statistics().group("smmu").group("tcu"), "command_errors");
  for (unsigned its = 0; its < platform.gic().its_count(); ++its)
    refused += sum_below(platform, group_of_its(platform, its).group("command_errors"));
  return refused;
}

std::uint64_t errors_raised(Platform& platform) {
  const StatisticsGroup virt = platform.statistics();
  const StatisticsGroup tcu = virt.group("smmu").group("tcu");
  std::uint64_t errors = counter(tcu, "events_lost") + counter(tcu, "event_write_aborts");
  for (unsigned i = 0; i < platform.processor_count(); ++i) {
    const std::string number = std::to_string(i);
    const StatisticsGroup processor = virt.group("cpu" + number);
    errors += counter(processor, "bus_errors") + counter(processor, "undefined_accesses");
    errors += counter(virt.group("gic").group("redistributor" + number), "table_errors");
  }
  return errors;
}

}  // namespace

std::uint64_t messages_on_the_road(Platform& platform) {
  return platform.simulation().journeys().in_flight() - journeys_of_pending_lpis(platform);
}

Conservation conservation_of(Platform& platform) {
  Conservation conservation;
  conservation.sent = sent_by_devices(platform) + sent_by_others(platform);
  add_redistributors(platform, conservation);
  for (unsigned its = 0; its < platform.gic().its_count(); ++its)
    add_drops_of_its(platform, its, conservation);
  const StatisticsGroup tcu = platform.statistics().group("smmu").group("tcu");
  const auto terminated = [&](const char* what, const char* name) {
    conservation.outcomes.push_back({what, counter(tcu, name)});
  };
  terminated("terminated by the SMMU, event recorded", "terminated_doorbells_recorded");
  terminated("terminated by the SMMU, event suppressed", "terminated_doorbells_suppressed");
  terminated("terminated by the SMMU, event lost", "terminated_doorbells_lost");
  if (platform.parameters().smmu.offered.stall != smmu::StallModel::terminate)
    terminated("terminated by the SMMU after a stall", "terminated_doorbells_stalled");
  const JourneyLog& journeys = platform.simulation().journeys();
  conservation.outcomes.push_back(
      {"answered with an error", journeys.finished(Outcome::answered_with_error)});
  conservation.outcomes.push_back(
      {"written to something that is no doorbell", misdirected(platform)});
  conservation.outcomes.push_back({"on the road at the end", messages_on_the_road(platform)});
  return conservation;
}

RunTotals totals_of(Platform& platform) {
  RunTotals totals;
  totals.sent = sent_by_devices(platform);
  totals.acknowledged = platform.simulation().journeys().finished(Outcome::acknowledged);
  totals.faults.commands_refused = commands_refused(platform);
  totals.faults.events_recorded =
      counter(platform.statistics().group("smmu").group("tcu"), "events_recorded");
  totals.faults.errors_raised = errors_raised(platform);
  return totals;
}

}  // namespace doorbell::virt
