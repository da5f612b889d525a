#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "traces/import/doorbell_matcher.h"
#include "traces/import/mappings.h"
#include "traces/import/recording.h"
#include "traces/import/survey.h"
#include "traces/import/window.h"

namespace doorbell::trace {

/// The second pass over a recording: turns each row into records, with what they depend on.
/// Mappings and invalidations are derived from streams, addresses and order alone. The kinds of
/// accesses only tell apart commands that run side by side; where they don't fit together, the
/// order of the stream's rows takes their place.
class Importer {
 public:
  Importer(const Survey& survey, Writer& writer, std::size_t window_rows)
      : survey_(survey), window_(writer, window_rows), mappings_(window_, survey, summary_) {}

  void add(const Row& row);
  /// Writes what is left and draws up the summary. The trace is not yet closed.
  Summary finish();

 private:
  /// A command that the drive has fetched.
  struct Command {
    ItemPtr fetch;
    ItemPtr last;    ///< its last access
    ItemPtr submit;  ///< may be null
    std::uint32_t queue = 0;
    bool open = true;
  };
  /// A completion entry that the driver has not handled yet.
  struct Completion {
    std::uint32_t entry_number = 0;  ///< modulo the entries of a page
    ItemPtr entry;
    ItemPtr msi;
    std::shared_ptr<Command> command;
  };
  struct Queue {
    std::deque<std::shared_ptr<Command>> open;
    std::deque<std::shared_ptr<Completion>> unhandled;
    ItemPtr last_submit;
    ItemPtr last_completion;
  };
  struct StreamState {
    ItemPtr previous;  ///< its last device-side record
    ItemPtr oldest;    ///< its first since the last MSI that waits for all before it
    ItemPtr last_submit;
    ItemPtr last_msi;
    std::shared_ptr<Command> current;
    std::vector<std::shared_ptr<Completion>> unannounced;  ///< without an MSI yet
  };
  struct PendingTlbi {
    std::uint64_t slot = 0;
    SmmuOpcode opcode = SmmuOpcode::CMD_TLBI_NH_VA;
  };

  // importer_device.cpp: what the functions do.
  void add_event(const AccessRow& row);
  void add_event(const MsiRow& row);
  ItemPtr submission_of(Stream stream, const StreamState& state, const Access& access);
  ItemPtr find_submit(const Access& access, Queue& queue);
  void fetch(const ItemPtr& item, const Access& access, StreamState& state, const ItemPtr& submit);
  void complete(const ItemPtr& item, const Access& access, StreamState& state);
  void other_access(const ItemPtr& item, StreamState& state);
  void order_msi(const ItemPtr& item, StreamState& state);
  void done_by_device(const ItemPtr& item, Mapping& mapping, StreamState& state);

  // importer_commands.cpp: what the processors do.
  void add_event(const DoorbellRow& row);
  void add_event(const CommandRow& row);
  void add_event(const SmmuRow& row);
  void add_event(const TlbiRangeRow& row);
  void add_event(const ItsRow& row);
  void submit(const DoorbellRow& row);
  void handle(const DoorbellRow& row);
  Stream attribute_handle(const DoorbellRow& row, std::size_t& completions, bool& found);
  void attribute(const ItemPtr& submit, Stream stream, Queue& queue);
  void invalidate(const TlbiRangeRow& row);
  void follow_all_dma(const ItemPtr& item);
  void give_up_pending_tlbi();
  void infer_its_operands(ItsCommand& command) const;
  void follow_msis(const ItemPtr& item, const ItsCommand& command);
  void remember_its(const ItsCommand& command);
  ItemPtr append_smmu(std::uint32_t cpu, const SmmuCommand& command);

  void merge(const char* into) { ++summary_.merged[into]; }
  void ignore(const std::string& reason) { ++summary_.ignored[reason]; }
  std::optional<Stream> only_stream() const;

  const Survey& survey_;
  Summary summary_;
  Window window_;
  Mappings mappings_;
  DoorbellMatcher submits_;
  std::map<Stream, StreamState> streams_;
  std::map<std::uint32_t, std::map<Stream, Queue>> queues_;

  ItemPtr last_fetch_;     ///< whose `command` row is still to come
  ItemPtr last_access_;    ///< the last device-side record of any stream
  ItemPtr oldest_access_;  ///< the first since the last command that waits for all of them
  ItemPtr last_tlbi_;      ///< by address; a further tlbi_range row may extend it
  std::optional<PendingTlbi> pending_tlbi_;
  std::optional<TlbiRangeRow> last_range_;
  std::uint64_t last_range_slot_ = 0;
  std::uint32_t handler_cpu_ = 0;
  std::uint32_t smmu_cpu_ = 0;

  ItemPtr last_its_;
  std::optional<std::uint32_t> its_target_;      ///< what a SYNC would wait for
  std::optional<std::uint32_t> its_collection_;  ///< what an INVALL would be for
  std::map<std::uint32_t, std::uint32_t> collection_target_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> event_collection_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, ItemPtr> last_msi_of_event_;
};

}  // namespace doorbell::trace
