#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "doorbell/core/arch/time.h"
#include "doorbell/pcie/arch/nvme/command.h"

namespace doorbell {

class StateReader;
class StateWriter;

}  // namespace doorbell

namespace doorbell::pcie::nvme {

/// A completion queue (NVMe 1.4 4.1, 4.6): its slot `tail` is written next, with `phase`.
struct CompletionQueue {
  std::uint64_t base = 0;
  std::uint32_t entries = 0;
  std::uint32_t head = 0;  ///< as software's doorbell says
  std::uint32_t tail = 0;
  bool phase = true;
  bool interrupts = false;
  std::uint16_t vector = 0;

  bool full() const { return (tail + 1) % entries == head; }
  bool empty() const { return tail == head; }
  std::uint64_t slot() const { return base + std::uint64_t{tail} * Completion::bytes; }
  /// Moves on to the next slot; the phase changes at each wrap.
  void advance();
};

/// A submission queue (4.1): entries from `head` up to `tail` wait to be fetched.
struct SubmissionQueue {
  std::uint64_t base = 0;
  std::uint32_t entries = 0;
  std::uint32_t head = 0;
  std::uint32_t tail = 0;  ///< as software's doorbell says
  std::uint16_t completion_queue = 0;
  std::uint32_t under_way = 0;  ///< commands fetched and not yet completed
  bool closing = false;         ///< being deleted: nothing is fetched any more
  std::vector<Time> offered;    ///< when software's doorbell offered each entry

  /// No more commands are under way than the queue has entries, so that a host that never takes
  /// its completions bounds what it makes the controller hold.
  bool has_work() const { return head != tail && !closing && under_way < entries; }
  std::uint64_t entry() const { return base + std::uint64_t{head} * Command::bytes; }
};

/// How a doorbell write ended (NVMe 1.4 3.1.24, 3.1.25; Figure 148).
enum class DoorbellOutcome : std::uint8_t { taken, invalid_register, invalid_value };

/// The queues of a controller and the rules of making and deleting them (5.3 to 5.6). Queue 0 is
/// the admin queue.
class Queues {
 public:
  Queues(unsigned io_queues, unsigned vectors);

  void reset();
  void open_admin(std::uint64_t aqa, std::uint64_t asq, std::uint64_t acq);

  Status create_completion_queue(const Command& command);
  Status create_submission_queue(const Command& command);
  Status delete_completion_queue(const Command& command);
  /// The queue named in a Delete I/O Submission Queue command, or null with why not. It is taken
  /// away with `remove_submission_queue` once nothing of it is under way.
  SubmissionQueue* closing(const Command& command, Status& status);
  void remove_submission_queue(std::uint16_t id) { submission_[id].reset(); }

  DoorbellOutcome ring(std::uint64_t offset, std::uint32_t value, Time now);

  SubmissionQueue* submission(std::uint16_t id) {
    return id < submission_.size() && submission_[id] ? &*submission_[id] : nullptr;
  }
  CompletionQueue* completion(std::uint16_t id) {
    return id < completion_.size() && completion_[id] ? &*completion_[id] : nullptr;
  }
  /// The next I/O submission queue with work, round robin (4.13.1); 0 for none.
  std::uint16_t next_with_work();
  /// The turn is the first queue's.
  void settle() { last_served_ = 0; }
  bool any_io_queue() const;
  unsigned io_queues() const { return static_cast<unsigned>(submission_.size()) - 1; }

  // For a checkpoint, when no command is under way.
  void save(StateWriter& state) const;
  void restore(StateReader& state);

 private:
  Status check_new(const Command& command, bool exists) const;
  bool ring_submission(std::uint16_t id, std::uint32_t value, Time now);
  bool ring_completion(std::uint16_t id, std::uint32_t value);

  unsigned vectors_;
  std::vector<std::optional<SubmissionQueue>> submission_;
  std::vector<std::optional<CompletionQueue>> completion_;
  std::uint16_t last_served_ = 0;
};

}  // namespace doorbell::pcie::nvme
