#include <string_view>

#include "doorbell/core/arch/error.h"
#include "traces/make/parameters.h"

namespace doorbell::workload {
namespace {

class Check {
 public:
  explicit Check(const std::string& file) : file_(file) {}

  void at_most(const std::string& key, std::uint64_t value, std::uint64_t most,
               const std::string& because) const {
    if (value <= most) return;
    throw InputError(file_, 0, key, "at most " + std::to_string(most) + because,
                     std::to_string(value));
  }
  void at_least(const std::string& key, std::uint64_t value, std::uint64_t least,
                const std::string& because) const {
    if (value >= least) return;
    throw InputError(file_, 0, key, "at least " + std::to_string(least) + because,
                     std::to_string(value));
  }

 private:
  const std::string& file_;
};

/// Buffers, or pages of queues, that a drive's range has to hold.
std::uint64_t least_units(const NvmeParameters& nvme) {
  constexpr std::uint64_t submission_bytes = 64;
  constexpr std::uint64_t completion_bytes = 16;
  if (!nvme.queues_as_reached) return 1;
  const auto pages = [&](std::uint64_t bytes) {
    return (nvme.queue_entries * bytes + 4095) / 4096;
  };
  return nvme.queues * (pages(submission_bytes) + pages(completion_bytes)) + 1;
}

void check_nvme(const Check& check, const Parameters& all) {
  const auto& nvme = all.nvme;
  check.at_most("nvme.size.smallest", nvme.size.smallest, nvme.size.largest, ", nvme.size.largest");
  check.at_most("nvme.queue_depth", nvme.queue_depth, nvme.queue_entries - 1,
                ", one less than nvme.queue_entries");
  check.at_most("nvme.vectors", nvme.vectors, nvme.queues, ", nvme.queues");
  const auto page = all.mapping.page_bytes();
  const auto unit = (nvme.size.largest + page - 1) / page * page;
  check.at_least("nvme.range", nvme.range, unit,
                 ", a buffer of nvme.size.largest in pages of mapping.page_size");
  check.at_least("nvme.range", nvme.range, unit * least_units(nvme),
                 ", as much for each page of the queues, under nvme.queues_as_reached");
}

void check_nic(const Check& check, const Parameters& all) {
  const auto& nic = all.nic;
  check.at_most("nic.size.smallest", nic.size.smallest, nic.size.largest, ", nic.size.largest");
  check.at_most("nic.moderation.packets", nic.moderation.packets, nic.ring_entries() / 2,
                ", half of the descriptors of a ring of nic.ring_pages");
  check.at_most("nic.descriptor_batch", nic.descriptor_batch, nic.ring_entries() / 2,
                ", half of the descriptors of a ring of nic.ring_pages");
}

/// Logical processors of a trace, as its reader counts them.
constexpr std::uint64_t most_processors = 65536;

bool is_of_another(Kind kind, std::string_view path) {
  return (path.starts_with("nvme.") && kind != Kind::nvme) ||
         (path.starts_with("nic.") && kind != Kind::nic) ||
         (path.starts_with("msi.") && kind != Kind::msi);
}

void check_other_kinds(const std::string& file, const Parameters& all) {
  constexpr bool of_other_kinds = true;
  Parameters defaults;
  defaults.kind = all.kind;
  const auto expected = settings_of(defaults, of_other_kinds);
  const auto found = settings_of(all, of_other_kinds);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& [path, value] = found[i];
    if (value == expected[i].second) continue;
    throw InputError(file, 0, path, "nothing but the default under another kind",
                     "'" + value + "'");
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> settings_of(const Parameters& parameters,
                                                             bool of_other_kinds) {
  Parameters copy = parameters;
  std::vector<std::pair<std::string, std::string>> settings;
  const ParameterTree tree(copy);
  for (const Parameter* one : tree.all()) {
    if (is_of_another(parameters.kind, one->path()) == of_other_kinds)
      settings.emplace_back(one->path(), one->text());
  }
  return settings;
}

void Parameters::check(const std::string& file) const {
  check_other_kinds(file, *this);
  const Check check(file);
  if (kind == Kind::nvme) check_nvme(check, *this);
  if (kind == Kind::nic) check_nic(check, *this);
  if (kind == Kind::msi) {
    check.at_most("msi.vectors", msi.vectors, most_processors / msi.functions,
                  ", " + std::to_string(most_processors) + " of all msi.functions together");
  }
}

}  // namespace doorbell::workload
